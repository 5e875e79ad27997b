import { describe, expect, test } from 'vitest'
import { lockFileOf, lockFileText, parseLockFile } from '../../src/inventory/lock-file.js'

const VERSIONS = {
  w1: { kubelet: '1.36.4-1.1', containerd: '1.6.20~ds1-1+deb12u4' },
  m1: { haproxy: '2.6.12-1+deb12u2', keepalived: '1:2.2.7-1+b2', 'cri-tools': '1.30' },
}

describe('the lock file', () => {
  test.each([
    ['inventory.yaml', 'inventory.lock.yaml'],
    ['clusters/lab.yml', 'clusters/lab.lock.yaml'],
    ['/srv/prod.hosts', '/srv/prod.hosts.lock.yaml'],
  ])('of %s is %s', (inventory, lock) => {
    expect(lockFileOf(inventory)).toBe(lock)
  })

  test('is sorted and reads well', () => {
    expect(lockFileText('clusters/lab.yaml', VERSIONS)).toMatchInlineSnapshot(`
      "# Written by \`tripod apply\`: which package versions run where. Keep it in version control with lab.yaml.
      # tripod never needs it: it asks the machines. Each apply that changes something brings it up to date.
      nodes:
        m1:
          cri-tools: "1.30"
          haproxy: 2.6.12-1+deb12u2
          keepalived: 1:2.2.7-1+b2
        w1:
          containerd: 1.6.20~ds1-1+deb12u4
          kubelet: 1.36.4-1.1
      "
    `)
  })

  test('is read back as it was written', () => {
    expect(parseLockFile(lockFileText('lab.yaml', VERSIONS))).toEqual(VERSIONS)
    expect(parseLockFile('')).toEqual({})
  })

  test.each([
    '<<<<<<< HEAD\nnodes:\n=======\n',
    'nodes: [m1]',
    'nodes: {m1: {kubelet: 1.36}}',
    '- m1',
    'nodes: {m1: x}',
  ])('is not guessed at where somebody else wrote it: %j', (text) => {
    expect(parseLockFile(text)).toBeUndefined()
  })
})
