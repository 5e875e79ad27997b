import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { render } from '../../src/templates/index.js'

const OWN = '127.0.0.1'
const PEERS = ['127.0.0.2', '127.0.0.3']
let directory = ''
let servers: Server[] = []
let port = 0

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-check-'))
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, OWN, resolve))
  port = (probe.address() as { port: number }).port
  await new Promise((resolve) => probe.close(resolve))
})
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  servers = []
  rmSync(directory, { recursive: true })
})

async function takes(...hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(port, host, resolve))
    servers.push(server)
  }
}

/** The exit status of the check, as keepalived would see it. */
function checked(peers: readonly string[] = PEERS): Promise<number> {
  const script = path.join(directory, 'check.sh')
  writeFileSync(script, render('check-haproxy.sh', { port, peers }), { mode: 0o755 })
  return new Promise((resolve) => {
    execFile(script, (error) => {
      resolve(error === null ? 0 : Number(error.code))
    })
  })
}

describe('the check of HAProxy', () => {
  test('is content where HAProxy takes connections here, whatever the others do', async () => {
    await takes(OWN)
    expect(await checked()).toBe(0)
  })

  test('fails where it does not and one of the others does: the VIP has somewhere to go', async () => {
    await takes('127.0.0.3')
    expect(await checked()).toBe(1)
  })

  test('is content where no host takes connections: the VIP stays where it is', async () => {
    expect(await checked()).toBe(0)
  })

  test('is content on a host that has no others', async () => {
    expect(await checked([])).toBe(0)
  })
})
