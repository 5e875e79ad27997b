import { expect, test } from 'vitest'
import { remainsOn } from '../../src/operations/leaving/remains.js'
import { Machine } from '../engine/machine.js'
import { input } from '../engine/small-lab.js'

const RECORD = '/var/lib/tripod/state.json'
const done = { code: 0, stdout: '', stderr: '' }

/** One that has tripod's own record, and nothing else of ours. */
function machine(forgetting = done): Machine {
  const m1 = new Machine('m1')
  m1.put(RECORD, '{"entries":{}}')
  m1.acts = [
    [
      'rm -rf /var/lib/tripod /run/tripod/applied /run/tripod/inputs',
      () => {
        if (forgetting.code === 0) m1.files.delete(RECORD)
        return forgetting
      },
    ],
    ['grep -rlIs', () => ({ ...done, stdout: `${m1.files.has(RECORD) ? 'file /var/lib/tripod\n' : ''}end\n` })],
  ]
  return m1
}

function remains(m1: Machine, forget: boolean) {
  const given = input({ machines: [m1], steps: [] })
  return remainsOn(given, given.cluster.nodes, forget)
}

test('what tripod itself knew of a machine goes before anybody looks what is left', async () => {
  const m1 = machine()
  expect(await remains(m1, true)).toEqual([])
  expect(m1.files.has(RECORD)).toBe(false)
})

test('it stays as long as nobody said yes to that, and is named', async () => {
  const m1 = machine()
  expect(await remains(m1, false)).toEqual([{ node: 'm1', what: 'file /var/lib/tripod' }])
  expect(m1.files.has(RECORD)).toBe(true)
})

test('a machine that could not forget, or could not be looked at, is not taken for an empty one', async () => {
  const readOnly = { code: 1, stdout: '', stderr: 'Read-only file system' }
  expect(await remains(machine(readOnly), true)).toEqual([{ node: 'm1', what: 'Read-only file system' }])
  const cut = machine()
  cut.acts = [['grep -rlIs', () => ({ code: 0, stdout: 'file /var/lib/tripod\n', stderr: 'cut off' })]]
  expect(await remains(cut, false)).toEqual([{ node: 'm1', what: 'it could not be looked at: cut off' }])
})
