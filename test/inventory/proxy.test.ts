import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderProblems } from '../../src/inventory/read/problem.js'
import { clusterOf, LAB, problemsOf } from './lab.js'

const withProxy = (text: string): string => `${LAB}proxy: ${text}\n`
const OWN = ['10.0.0.11', '10.0.0.12', '10.0.0.13', '10.0.0.10', '10.244.0.0/16', '10.96.0.0/12'].concat([
  '.svc',
  '.cluster.local',
  'localhost',
  '127.0.0.1',
  '::1',
])

describe('the proxy of an inventory', () => {
  it('serves both kinds of addresses if it is given for one', () => {
    const http = 'http://proxy.example.org:3128'
    expect(clusterOf(withProxy(`{ https: "${http}" }`)).proxy).toEqual({ http, https: http, no: OWN })
    expect(clusterOf(withProxy(`{ http: "${http}", https: "http://[fd00::1]:1" }`)).proxy).toMatchObject({
      http,
      https: 'http://[fd00::1]:1',
    })
    expect(clusterOf(LAB).proxy).toBeUndefined()
  })

  it('takes the place of an address with a password, a file by its absolute path', () => {
    const { proxy } = clusterOf(withProxy('{ http: "env:PROXY", https: "file:./proxy" }'))
    expect(proxy).toMatchObject({ http: 'env:PROXY', https: 'file:/home/ops/clusters/proxy' })
  })

  it('has each exception once, however it is spelled, and all that the cluster needs', () => {
    const more = fc.constantFrom(
      '10.0.0.11',
      'localhost',
      '.example.org',
      'FD00::0001',
      '10.244.3.0/16',
      'mirror.example.org',
      '.svc',
    )
    fc.assert(
      fc.property(fc.array(more), (extra) => {
        const { proxy } = clusterOf(withProxy(`{ http: "http://p:1", no: ${JSON.stringify(extra)} }`))
        const no = proxy?.no ?? []
        expect(new Set(no).size).toBe(no.length)
        expect(no.slice(0, OWN.length)).toEqual(OWN)
        expect(no).not.toContain('10.244.3.0/16')
      }),
      { numRuns: 30 },
    )
  })

  it('is refused with a password in clear, which is said nowhere', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{8,24}$/).map((text) => `S3${text}`)
    const places = fc.constantFrom(
      (password: string) => `http://u:${password}@proxy:3128`,
      (password: string) => `http://${password}@proxy:3128`,
      (password: string) => `u:${password}@proxy:3128`,
    )
    fc.assert(
      fc.property(secret, places, (password, place) => {
        const problems = problemsOf(withProxy(`{ http: "${place(password)}" }`))
        expect(problems).toMatchObject([{ severity: 'error', line: LAB.split('\n').length }])
        expect(problems[0]?.fix).toContain('env:NAME')
        expect(renderProblems(problems) + JSON.stringify(problems)).not.toContain(password)
      }),
      { numRuns: 30 },
    )
  })

  it.each([
    ['{}', /neither http nor https/, /http:/],
    ['{ http: "proxy.example.org:3128" }', /is not the address of a proxy/, /Write http:\/\/proxy\.example\.org:3128/],
    ['{ http: "socks5://p:1" }', /is not the address of a proxy/, /Write for example/],
    ['{ http: "http://p:1", no: ["*.example.org"] }', /is not a host/, /Write \.example\.org/],
    ['{ http: "http://p:1", no: ["10.0.0.0/33"] }', /is not a host/, /example/],
  ])('%s is refused', (text, says, fix) => {
    const [problem] = problemsOf(withProxy(text))
    expect(problem?.message).toMatch(says)
    expect(problem?.fix).toMatch(fix)
  })

  it('does not reach what the kubelet fetches itself', () => {
    const text = `${withProxy('{ http: "http://p:1" }')}kubelet: { staticPodURL: "https://pods.example.org" }\n`
    expect(problemsOf(text)).toMatchObject([{ severity: 'warning', path: 'kubelet.staticPodURL' }])
  })
})
