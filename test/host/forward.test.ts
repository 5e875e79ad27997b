import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { openForward } from '../../src/host/forward.js'
import type { Link } from '../../src/host/link.js'
import { sshConfigReader } from '../../src/host/ssh-config.js'
import { connect } from '../../src/host/connect.js'
import { Keyring } from '../../src/host/signing/keyring.js'
import { startServer } from './server.js'

const target = { host: '192.0.2.1', port: 22 }

function linkOf(forward: Link['forward']): Link {
  return { forward } as Link
}

describe('a connection through a bastion', () => {
  it('is not waited for longer than one from here, and one that comes too late is closed', async () => {
    let late: (stream: Duplex) => void = () => undefined
    const link = linkOf(() => new Promise((resolve) => (late = resolve)))
    await expect(openForward(link, target, { seconds: 0.05 })).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    const stream = new Duplex()
    late(stream)
    await new Promise((resolve) => setImmediate(resolve))
    expect(stream.destroyed).toBe(true)
  })

  it('ends with the run', async () => {
    const run = new AbortController()
    const opening = openForward(
      linkOf(() => new Promise(() => undefined)),
      target,
      { signal: run.signal },
    )
    run.abort(new Error('stop'))
    await expect(opening).rejects.toThrow('stop')
  })

  it('that the bastion forbids names what to allow there', async () => {
    const bastion = await startServer()
    try {
      const { port, user, identityFile, knownHosts } = bastion.settings()
      const hop = { host: '127.0.0.1', port, user, ...(identityFile === undefined ? {} : { identityFile }) }
      const ssh = { ...bastion.settings(), host: '192.0.2.1', bastions: [hop], knownHosts }
      const sshConfig = sshConfigReader(undefined, Promise.resolve(false))
      const refused = connect({ name: 'm1', ssh }, { credentials: { keys: new Keyring() }, sshConfig })
      await expect(refused).rejects.toMatchObject({
        code: 'NODE_UNREACHABLE',
        hint: expect.stringContaining('AllowTcpForwarding yes') as string,
      })
    } finally {
      bastion.stop()
    }
  })
})
