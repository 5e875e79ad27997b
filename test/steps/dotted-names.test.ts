import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Script } from '../../src/shell.js'
import { network } from '../../src/steps/network.js'
import { scheduling } from '../../src/steps/scheduling.js'
import { contextWith, node as plain, cluster as base } from './context.js'
import { runScript } from './run-script.js'

const node = { ...plain, name: 'cp1.example.com', labels: { zone: 'a' } }
const cluster = { nodes: [node], network: { ...base.network, cni: 'calico' as const } }
const context = {
  ...contextWith({ cluster }),
  node,
  seen: [{ node, facts: contextWith().facts }],
  topology: { states: { [node.name]: 'control-plane-ready' as const }, acting: node.name },
}

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-names-'))
  writeFileSync(path.join(directory, 'admin.conf'), '')
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

/** As where kubectl tells these lines. */
function ran(script: Script, lines: readonly string[]) {
  const program = path.join(directory, 'kubectl')
  writeFileSync(program, `#!/bin/sh\ncat <<'EOF'\n${lines.join('\n')}\nEOF\n`)
  chmodSync(program, 0o755)
  return runScript({ ...script, text: script.text.replaceAll('/etc/kubernetes', directory) }, directory)
}

test('a node whose name has dots is ready when it is, not when one with other letters in their place is', () => {
  const script = network.gates?.(context).flatMap(({ questions }) => questions)[0]?.script
  if (script === undefined) throw new Error('no gate')
  expect(ran(script, ['cp1.example.com True ']).code).toBe(0)
  expect(ran(script, ['cp1-example-com True ', 'cp1.example.com False no network'])).toMatchObject({
    code: 1,
    stdout: 'cp1.example.com False no network\n',
  })
  expect(ran(script, ['cp1-example-com True ']).code).toBe(1)
})

test('labels of a node whose name has dots are looked for on that node alone', () => {
  const [settings] = scheduling.resources(context)
  if (settings?.kind !== 'command') throw new Error('no labels are wanted')
  const taint = 'cp1.example.com taint node-role.kubernetes.io/control-plane=:NoSchedule'
  const own = ['node-role.kubernetes.io/control-plane=', 'node.kubernetes.io/exclude-from-external-load-balancers=']
  const right = [
    ...own.map((key) => `cp1.example.com label ${key}`),
    'cp1.example.com label kubernetes.io/hostname=x',
    'cp1.example.com label zone=a',
    taint,
  ]
  expect(ran(settings.doneWhen, right)).toMatchObject({ code: 0, stdout: '' })
  expect(
    ran(
      settings.doneWhen,
      right.map((line) => line.replaceAll('cp1.example.com', 'cp1-example-com')),
    ),
  ).toMatchObject({
    code: 1,
    stdout: 'cp1.example.com is not in the cluster yet\n',
  })
})
