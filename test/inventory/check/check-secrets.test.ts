import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseInventory } from '../../../src/inventory/read/parse.js'
import { renderProblems } from '../../../src/inventory/read/problem.js'
import { containerRuntime } from '../../../src/steps/container-runtime/index.js'
import { contextWith } from '../../steps/context.js'
import { clusterOf, CONTEXT, LAB } from '../lab.js'

const NAMES = ['auth', 'password', 'token', 'identitytoken', 'Authorization', 'client_secret']
const SECRET = fc.stringMatching(/^[A-Za-z0-9]{8,24}$/).map((text) => `S3${text}`)
const PLACES: readonly ((name: string, value: string) => string)[] = [
  (name, value) =>
    `containerd:\n  config:\n    plugins: { x: { registry: { configs: { r: { ${name}: ${value} } } } } }\n`,
  (name, value) => `containerd:\n  config:\n    header:\n      ${name}: [${value}]\n`,
  (name, value) => `kubelet:\n  deep:\n    - ${name}: "${value}"\n`,
  (name, value) => `kubeProxy:\n  ${name}: >-\n    ${value}\n`,
  (_name, value) => `containerd: { config: { proxy: "http://user:${value}@proxy.example.org:3128" } }\n`,
  (_name, value) => `apiServer: { extraArgs: { audit-webhook: "https://user:${value}@log.example.org" } }\n`,
  (_name, value) => `containerd: { mirrors: { docker.io: "https://user:${value}@mirror.example.org" } }\n`,
]

test('a secret in clear is refused with its place and the right way, and is said nowhere', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PLACES), fc.constantFrom(...NAMES), SECRET, (place, name, secret) => {
      const read = parseInventory(LAB + place(name, secret), 'inventory.yaml', CONTEXT)
      expect(read.ok).toBe(false)
      if (read.ok) return
      expect(read.problems[0]?.line).toBeGreaterThan(LAB.split('\n').length - 1)
      expect(renderProblems(read.problems) + JSON.stringify(read.problems)).not.toContain(secret)
    }),
  )
})

/** Where the inventory has no such key, with something wrong on the same line. */
const STRANGE = [
  'password',
  'passphrase',
  'become_password',
  'sudoPassword',
  'ssh_pass',
  'ansible_become_pass',
  'token',
]
const NOWHERE: readonly ((name: string, value: string) => string)[] = [
  (name, value) => `${LAB}${name}: ${value}\n`,
  (name, value) => LAB.replace('  user: ops', `  ${name}:\n    ${value}`),
  (name, value) => LAB.replace('  user: ops', `  ${name}: { a: [${value}] }`),
  (name, value) => LAB.replace('  user: ops', `  "${name}": >-\n    ${value}`),
  (name, value) => LAB.replace('- name: m1', `- name: m1\n    ssh: { port: 0, ${name}: ${value}, user: "a b" }`),
  (name, value) => LAB.replace('vip: 10.0.0.10', `vip: 10.0.0.10\n  vrrp: { id: 999, ${name}s: 1, ${name}: ${value} }`),
]

test('a secret under a key that does not exist is answered as one, and is said nowhere', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NOWHERE), fc.constantFrom(...STRANGE), SECRET, (text, name, secret) => {
      const read = parseInventory(text(name, secret), 'inventory.yaml', CONTEXT)
      expect(read.ok).toBe(false)
      if (read.ok) return
      const said = renderProblems(read.problems) + JSON.stringify(read.problems)
      expect(said).not.toContain(secret)
      if (name !== 'password') expect(said).toContain(`${name} would hold a secret`)
    }),
  )
})

test('the password of the virtual router in clear is refused and not repeated', () => {
  const text = LAB.replace('endpoint:\n', 'endpoint:\n  vrrp: { password: "hunter2!" }\n')
  const read = parseInventory(text, 'inventory.yaml', CONTEXT)
  expect(JSON.stringify(read)).not.toContain('hunter2')
  expect(read.ok ? '' : renderProblems(read.problems)).toContain('env:NAME')
})

test.each([
  'kubelet: { authentication: { anonymous: { enabled: false } }, tokenless: yes-really }',
  'apiServer: { extraArgs: { service-account-key-file: /etc/kubernetes/pki/sa.pub, token-auth-file: /etc/tokens } }',
  'containerd: { config: { debug: { address: "unix:///run/x.sock" }, url: "https://host:5000/a@b" } }',
])('what only looks like it is let through: %s', (part) => {
  expect(clusterOf(`${LAB}${part}\n`).name).toBe('lab')
})

test('a secret by its source goes into a file for root alone, and is left out of everything shown', () => {
  const config = 'containerd:\n  config: { plugins: { x: { auth: { username: u, password: "file:pw" } } } }\n'
  const cluster = clusterOf(LAB + config)
  const resources = containerRuntime.resources(contextWith({ cluster }))
  const file = resources.find((one) => one.kind === 'file' && one.path === '/etc/containerd/config.toml')
  expect(file).toMatchObject({
    mode: 0o600,
    sensitive: true,
    content: {
      text: expect.stringContaining('password = "{{secret-1}}"') as string,
      references: { 'secret-1': 'file:/home/ops/clusters/pw' },
    },
  })
})
