import { afterEach, describe, expect, test } from 'vitest'
import { type Interrupt, watchInterrupts } from '../../../src/cli/session/interrupt.js'

let interrupt: Interrupt | undefined
afterEach(() => {
  interrupt?.close()
})

function watched(): { readonly said: string[]; readonly left: number[]; readonly signal: AbortSignal } {
  const said: string[] = []
  const left: number[] = []
  interrupt = watchInterrupts({
    running: () => ['m1 container-runtime: create package containerd'],
    say: (text) => said.push(text),
    exit: (status) => left.push(status),
  })
  return { said, left, signal: interrupt.signal }
}

describe('an interrupt', () => {
  test('starts nothing new, names what it waits for, and does not end the process', () => {
    const { said, left, signal } = watched()
    process.emit('SIGINT', 'SIGINT')
    expect(signal.reason).toMatchObject({ code: 'INTERRUPTED', exit: 130 })
    expect(said[0]).toContain('Stopping: waiting up to 30 s for m1 container-runtime: create package containerd')
    expect(left).toEqual([])
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s ends with %i', (name, exit) => {
    const { signal } = watched()
    process.emit(name, name)
    expect(signal.reason).toMatchObject({ exit })
  })

  test('by a key does what the signal does', () => {
    const { signal } = watched()
    interrupt?.stop()
    expect(signal.reason).toMatchObject({ code: 'INTERRUPTED', exit: 130 })
  })

  test('given twice ends the process at once and says what it does not wait for', () => {
    const { said, left } = watched()
    process.emit('SIGINT', 'SIGINT')
    process.emit('SIGINT', 'SIGINT')
    expect(left).toEqual([130])
    expect(said[1]).toContain('Still running on the nodes: m1 container-runtime')
  })

  test('is not listened to any more once closed', () => {
    const before = process.listenerCount('SIGINT')
    watched()
    interrupt?.close()
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})
