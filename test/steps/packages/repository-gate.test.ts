import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { debian } from '../../../src/os/debian.js'
import type { Gate } from '../../../src/steps/gate.js'
import { repositoryReached } from '../../../src/steps/packages/repository-gate.js'
import { parses } from '../run-script.js'

let server: Server
let url: string
let requests: string[] = []
let bin: string

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url ?? '')
    response.writeHead(
      /\/(InRelease|only\/Release)$/.test(request.url ?? '') && !request.url?.includes('only/In') ? 200 : 404,
    )
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  bin = mkdtempSync(path.join(tmpdir(), 'bin-'))
})
afterAll(() => {
  server.close()
  rmSync(bin, { recursive: true })
})
beforeEach(() => {
  requests = []
  proxy('')
})

/** What apt-config says of proxies. */
function proxy(settings: string): void {
  writeFileSync(path.join(bin, 'apt-config'), `#!/bin/sh\necho "$*" >${bin}/asked\necho "${settings}"\n`)
  chmodSync(path.join(bin, 'apt-config'), 0o755)
}

function gateFor(indexes: readonly string[]): Gate {
  const [gate] = repositoryReached('kubernetes', [{ node: 'm1', os: debian, indexes, ownAuthority: false }], 'lab.yaml')
  if (gate === undefined) throw new Error('somebody needs it')
  return gate
}

/** What the gate finds wrong where its question is asked by a real shell and curl. */
async function problems(indexes: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const gate = gateFor(indexes)
  const [question] = gate.questions
  if (question === undefined) throw new Error('one is asked')
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, LC_ALL: 'C', ...environment }
  const child = spawn('/bin/sh', { env, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(question.script.text)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return gate.problems([{ node: 'm1', code: code ?? -1, output }])
}

describe('the gate of a package repository', () => {
  it('holds where the index is there, or the one that is tried after it', async () => {
    expect(await problems([`${url}/InRelease`, `${url}/Release`])).toEqual([])
    expect(requests).toEqual(['/InRelease'])
    expect(await problems([`${url}/only/InRelease`, `${url}/only/Release`])).toEqual([])
  })

  it('tells by the stage why not, naming node and address', async () => {
    expect(await problems([`${url}/a`, `${url}/b`])).toEqual([
      `m1: Package repository not reachable: ${url}/a (HTTP: The requested URL returned error: 404)`,
    ])
    const [tls] = await problems([url.replace('http', 'https')])
    expect(tls).toMatch(/\(TLS: /)
    const [tcp] = await problems(['http://127.0.0.1:1/InRelease'])
    expect(tcp).toMatch(/\(TCP: .*port 1/)
    const silent = { node: 'm1', code: 28, output: 'curl: (28) Resolving timed out after 10001 milliseconds\n' }
    expect(gateFor(['http://x/y']).problems([silent])[0]).toMatch(/\(DNS: Resolving timed out/)
    const said = { node: 'm1', code: 6, output: 'curl: (6) Could not resolve host: pkgs.example.org\n' }
    expect(gateFor(['http://pkgs.example.org/x']).problems([said])).toEqual([
      'm1: Package repository not reachable: http://pkgs.example.org/x (DNS: Could not resolve host: pkgs.example.org)',
    ])
  })

  it('goes through the proxy of the package manager, and through no other', async () => {
    proxy(`http='${url}/'; own=''`)
    await problems(['http://pkgs.example.org/InRelease'])
    expect(requests).toEqual(['http://pkgs.example.org/InRelease'])
    expect(readFileSync(path.join(bin, 'asked'), 'utf8')).toBe(
      'shell host Acquire::http::Proxy::pkgs.example.org own Acquire::http::Proxy http Acquire::http::Proxy\n',
    )
    proxy(`own='${url}'; host='DIRECT'`)
    const login = { http_proxy: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1' }
    expect(await problems([`${url}/InRelease`], login)).toEqual([])
  })

  it('is none where nobody needs the repository, and one that every shell reads', () => {
    expect(repositoryReached('kubernetes', [], 'lab.yaml')).toEqual([])
    expect(gateFor([`${url}/x`]).questions.map(({ script }) => parses(script))).toEqual([true])
  })
})
