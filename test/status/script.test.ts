import { describe, expect, test } from 'vitest'
import { debian } from '../../src/os/debian.js'
import { readAnswers } from '../../src/status/read.js'
import { statusScript, type Questioned } from '../../src/status/script.js'
import { cluster, node } from '../steps/context.js'
import { parses, runScript } from '../steps/run-script.js'

const master: Questioned = {
  node,
  state: 'control-plane-ready',
  os: debian,
  endpoint: cluster.endpoint,
  dnsDomain: 'cluster.local',
  acting: true,
}
const worker: Questioned = { ...master, node: { ...node, roles: ['worker'] }, state: 'worker-ready', acting: false }

function sections(about: Questioned): readonly string[] {
  const { text = '' } = statusScript(about) ?? {}
  return [...text.matchAll(/^end ([a-z]+) /gm)].map(([, name = '']) => name)
}

describe('the status script', () => {
  test('asks each node only what it can know', () => {
    const balancer = ['units', 'backends']
    expect(sections(master)).toEqual([
      'clock',
      'certificates',
      'endpoint',
      'dns',
      'etcd',
      'api',
      'nodes',
      'pods',
      ...balancer,
      'finish',
    ])
    expect(sections({ ...master, acting: false })).not.toContain('nodes')
    expect(sections(worker)).toEqual(['clock', 'certificates', 'endpoint', 'dns', 'finish'])
    expect(sections({ ...master, state: 'prepared', acting: false })).toEqual(['clock', ...balancer, 'finish'])
    expect(sections({ ...master, endpoint: { ...master.endpoint, layout: 'external' } })).not.toContain('units')
    expect(statusScript({ ...worker, state: 'fresh' })).toBeUndefined()
  })

  test('is plain POSIX shell that writes nowhere, hides no failure and prints no key', () => {
    const script = statusScript(master)
    if (script === undefined) throw new Error('a master is asked')
    expect(parses(script)).toBe(true)
    const targets = [...script.text.matchAll(/(?<![<&\d=])\d?>\s*([^\s;&)'"{]+)/g)].map((match) => match[1])
    expect(targets.filter((target) => target !== '/dev/null')).toEqual([])
    expect(script.text).not.toContain('|| true')
    // As an argument of curl alone.
    expect([...script.text.matchAll(/\S+ \S*\.key\b/g)].map(([use]) => use)).toEqual(['--key $pki/server.key'])
  })

  test('answers to its end where nothing serves', () => {
    const nowhere = { ...master.endpoint, host: '127.0.0.1', port: 9, apiPort: 9 }
    const script = statusScript({ ...master, node: { ...node, address: '127.0.0.1' }, endpoint: nowhere })
    if (script === undefined) throw new Error('a master is asked')
    const { stdout, code } = runScript(script)
    expect(code).toBe(0)
    const { nodes, nodesRefused, api, endpoint, clocks: [begun, ended] = [0, 0] } = readAnswers(stdout, 'm1')
    expect([begun > 1.7e9, ended >= begun]).toEqual([true, true])
    expect([nodes, api?.ready, endpoint?.ready]).toEqual([undefined, false, false])
    expect(nodesRefused).not.toBe('')
  })
})
