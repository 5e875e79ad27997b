import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openInventory } from '../../../src/cli/session/open-inventory.js'
import { LAB } from '../../inventory/lab.js'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tripod-inventory-'))
})
afterAll(() => rm(directory, { recursive: true }))

/** What a command says to stderr when it opens an inventory of a Kubernetes that is out of support. */
async function saidBy(verb: string): Promise<string> {
  const file = path.join(directory, 'lab.yaml')
  await writeFile(file, LAB.replace('1.36.4', '1.28.15'))
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    await openInventory(file, verb)
    return write.mock.calls.map(([text]) => String(text)).join('')
  } finally {
    write.mockRestore()
  }
}

describe('what is doubtful about an inventory', () => {
  it('is said on stderr by commands that show no plan', async () => {
    expect(await saidBy('status')).toContain('Kubernetes 1.28 is out of support')
    expect(await saidBy('reset')).toContain('Kubernetes 1.28 is out of support')
  })

  it.each(['plan', 'apply', 'replace', 'drift'])('is left to the findings of the plan by %s', async (verb) => {
    expect(await saidBy(verb)).toBe('')
  })
})
