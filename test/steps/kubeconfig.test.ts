import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommandResource, Undo } from '../../src/resources/resource.js'
import { kubeconfig } from '../../src/steps/kubeconfig.js'
import { contextWith } from './context.js'
import { runScript } from './run-script.js'

const conf = (certificate: string): string =>
  `apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: Q0E=\n    server: https://10.0.0.10:6443\n  name: lab\nusers:\n- user:\n    client-certificate-data: ${certificate}\n`

let directory = ''
const at = (name: string): string => path.join(directory, name)
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-kubeconfig-'))
  mkdirSync(at('.kube'))
  writeFileSync(at('admin.conf'), conf('b25l'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

/** One part of the command, with this directory for root's home and for /etc/kubernetes. */
function ran(part: 'run' | 'doneWhen' | 'undo') {
  const context = contextWith()
  const [command] = kubeconfig.resources({ ...context, topology: { states: {}, acting: 'm1' } })
  const { undo, ...parts } = command as CommandResource
  const script = part === 'undo' ? (undo as Undo).run('') : parts[part]
  const text = script.text
    .replaceAll('/etc/kubernetes', directory)
    .replaceAll(/\$\(getent passwd "\$user" \| cut -d: -f6\)/g, directory)
    .replaceAll(/-o "\$user" -g "\$group"/g, '')
  return runScript({ ...script, text })
}
const config = (): string => readFileSync(at('.kube/config'), 'utf8')

describe('the kubeconfig of who logs in on a master', () => {
  test('is a copy of the administrator’s', () => {
    expect(ran('doneWhen').code).toBe(1)
    expect(ran('run').code).toBe(0)
    expect(config()).toBe(conf('b25l'))
    expect(ran('doneWhen').code).toBe(0)
    expect(readdirSync(at('.kube'))).toEqual(['config'])
  })

  test('may have what its owner put into it', () => {
    ran('run')
    const own = `${config()}contexts:\n- context:\n    namespace: shop\n  name: mine\nclusters:\n- cluster:\n    certificate-authority-data: T1RIRVI=\n`
    writeFileSync(at('.kube/config'), own)
    expect(ran('doneWhen').code).toBe(0)
  })

  test('is never replaced without a copy of its own', () => {
    writeFileSync(at('.kube/config'), 'of the user\n')
    ran('run')
    writeFileSync(at('.kube/config'), `${config()}# merged\n`)
    writeFileSync(at('admin.conf'), conf('cmVuZXdlZA=='))
    expect(ran('doneWhen').code).toBe(1)
    ran('run')
    expect(ran('doneWhen').code).toBe(0)
    expect(readFileSync(at('.kube/config.before-tripod'), 'utf8')).toBe('of the user\n')
    expect(readFileSync(at('.kube/config.before-tripod.2'), 'utf8')).toBe(`${conf('b25l')}# merged\n`)
  })

  test('is taken back with what was there before, and nothing of other clusters is lost', () => {
    writeFileSync(at('.kube/config'), 'of the user\n')
    ran('run')
    expect(ran('undo').code).toBe(0)
    expect(config()).toBe('of the user\n')
    ran('run')
    const merged = `${config()}- cluster:\n    server: https://elsewhere:6443\n`
    writeFileSync(at('.kube/config'), merged)
    expect(ran('undo').code).toBe(0)
    expect(config()).toBe('of the user\n')
    expect(readFileSync(at('.kube/config.after-reset'), 'utf8')).toBe(merged)
  })

  test('cannot be told where the administrator’s is not whole', () => {
    writeFileSync(at('admin.conf'), 'apiVersion: v1\n')
    writeFileSync(at('.kube/config'), 'of the user\n')
    expect(ran('doneWhen').code).toBe(2)
  })
})
