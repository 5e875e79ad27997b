import { describe, expect, test } from 'vitest'
import { parseInventory } from '../../../src/inventory/read/parse.js'
import { LAB } from '../lab.js'

const problemsOf = (flag: string, value: string) => {
  const text = `${LAB}apiServer:\n  extraArgs:\n    ${flag}: "${value}"\n`
  const result = parseInventory(text, 'lab.yaml', { today: new Date('2026-11-27') })
  return (result.ok ? result.warnings : result.problems).filter(({ path }) => path.includes(flag))
}

describe('flags that decide what an anonymous /readyz is answered', () => {
  test.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('anonymous requests stay allowed by %s', (value) => {
    expect(problemsOf('anonymous-auth', value)).toEqual([])
  })

  test.each(['Node,RBAC', 'Node,RBAC,Webhook'])('authorization by %s is what kubeadm needs', (value) => {
    expect(problemsOf('authorization-mode', value)).toEqual([])
  })

  test.each(['authentication-config', 'authorization-config'])('%s is a file that cannot be read here', (flag) => {
    expect(problemsOf(flag, '/etc/kubernetes/pki/access.yaml')).toMatchObject([
      { severity: 'warning', fix: expect.stringContaining('/etc/kubernetes/pki') as string },
    ])
  })
})
