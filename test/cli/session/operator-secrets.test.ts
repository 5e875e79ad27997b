import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Asker } from '../../../src/cli/prompts/asker.js'
import { operatorCredentials } from '../../../src/cli/session/operator-secrets.js'
import { Redactor, Secret } from '../../../src/secret.js'
import { sampleCluster } from '../sample-plan.js'

let directory = ''
let keyFile = ''
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-key-'))
  keyFile = path.join(directory, 'id')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'passphrase-canary', '-f', keyFile])
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const flags = { 'ask-ssh-pass': false, 'ask-sudo-pass': false }
const nodes = () =>
  sampleCluster().nodes.map((node) => ({ ...node, ssh: { ...node.ssh, identityFile: keyFile, agent: false } }))

/** Answers every question with the next of the answers, and keeps what was asked. */
function asking(answers: readonly string[]): Asker & { readonly asked: string[] } {
  const asked: string[] = []
  const next = (question: string): string => answers[asked.push(question) - 1] ?? ''
  return {
    asked,
    words: (question) => Promise.resolve(next(question)),
    secret: (question) => Promise.resolve(new Secret(next(question))),
  }
}

describe('what the operator logs in with', () => {
  test('comes from the environment without a question, and is redacted from then on', async () => {
    const redactor = new Redactor()
    const asker = asking([])
    const environment = {
      TRIPOD_SSH_PASSWORD: 'ssh-canary',
      TRIPOD_SUDO_PASSWORD: 'sudo-canary',
      TRIPOD_KEY_PASSPHRASE: 'passphrase-canary',
    }
    const credentials = await operatorCredentials(flags, nodes(), { asker, redactor, environment })
    expect([credentials.sshPassword?.reveal(), credentials.sudoPassword?.reveal()]).toEqual([
      'ssh-canary',
      'sudo-canary',
    ])
    expect(asker.asked).toEqual([])
    expect(redactor.redact('ssh-canary sudo-canary passphrase-canary')).toBe('[secret] [secret] [secret]')
    await expect(credentials.keys.key(keyFile)).resolves.toBeDefined()
  })

  test('is asked for before anything is connected, a passphrase once for all nodes', async () => {
    const redactor = new Redactor()
    const asker = asking(['ssh-canary', 'sudo-canary', 'passphrase-canary'])
    const both = { 'ask-ssh-pass': true, 'ask-sudo-pass': true }
    await operatorCredentials(both, nodes(), { asker, redactor, environment: {} })
    expect(asker.asked).toEqual(['SSH password', 'sudo password', `Passphrase of ${keyFile}`])
    expect(redactor.redact('ssh-canary sudo-canary passphrase-canary')).toBe('[secret] [secret] [secret]')
  })

  test('cannot be asked for where there is no terminal: the variable to set instead is named', async () => {
    const wanted = { asker: undefined, redactor: new Redactor(), environment: {} }
    await expect(operatorCredentials({ ...flags, 'ask-ssh-pass': true }, nodes(), wanted)).rejects.toMatchObject({
      code: 'USAGE',
      hint: 'Set TRIPOD_SSH_PASSWORD instead of --ask-ssh-pass.',
    })
  })

  test('with a key that cannot be used is the failure of its nodes, not of the run', async () => {
    const wanted = { asker: undefined, redactor: new Redactor(), environment: {} }
    const { keys } = await operatorCredentials(flags, nodes(), wanted)
    await expect(keys.key(keyFile)).rejects.toMatchObject({ code: 'KEY_UNREADABLE' })
  })
})
