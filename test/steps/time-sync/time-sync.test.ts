import { describe, expect, it } from 'vitest'
import type { Facts } from '../../../src/facts/facts.js'
import { timeSync } from '../../../src/steps/time-sync/index.js'
import type { CommandResource } from '../../../src/resources/resource.js'
import type { GateAnswer } from '../../../src/steps/gate.js'
import { contextWith } from '../context.js'

const daemon = (unit: string, active = true): Facts['time']['daemons'][number] => ({
  unit,
  enablement: 'enabled',
  active,
})
const with_ = (facts: Partial<Facts>, servers: readonly string[] = []) =>
  timeSync.resources(contextWith({ facts, cluster: { time: { servers } } }))
const names = (facts: Partial<Facts>, servers?: readonly string[]): readonly string[] =>
  with_(facts, servers).map((one) =>
    'name' in one ? one.name : 'path' in one ? one.path : 'unit' in one ? one.unit : 'id' in one ? one.id : one.kind,
  )

describe('the clock of a node', () => {
  it('is kept by chrony with the servers of the distribution where nothing keeps it', () => {
    expect(names({})).toEqual(['chrony', 'chrony.service'])
  })

  it('is kept from the servers of the inventory by a configuration that is wholly ours', () => {
    const resources = with_({}, ['10.0.0.1', 'ntp.example.org'])
    const [, config] = resources
    expect(config).toMatchObject({ kind: 'file', path: '/etc/chrony/chrony.conf' })
    const text = config?.kind === 'file' && typeof config.content === 'string' ? config.content : ''
    expect(text).toContain('\nserver 10.0.0.1 iburst\nserver ntp.example.org iburst\n')
    expect(resources.at(-1)).toMatchObject({ runsWith: { files: ['/etc/chrony/chrony.conf'], by: 'restart' } })
  })

  it('is left to a daemon of another make that is at work, unless servers are named', () => {
    const facts = { time: { daemons: [daemon('ntpsec.service')], synchronized: true, adjustable: true } }
    const packages = { candidates: {}, installed: { ntpsec: '1.2.2' }, broken: false, rebootPending: false }
    expect(names({ ...facts, packages })).toEqual([])
    expect(names({ ...facts, packages }, ['10.0.0.1'])[0]).toBe('remove-ntpsec')
  })

  it('is no wish of one that shares it with its host, or where nothing may set it', () => {
    expect(names({ virtualization: 'lxc' }, ['10.0.0.1'])).toEqual([])
    const time = { daemons: [], synchronized: false, adjustable: false }
    expect(names({ virtualization: 'systemd-nspawn', time }, ['10.0.0.1'])).toEqual([])
    expect(names({ virtualization: 'systemd-nspawn', time: { ...time, adjustable: true } })[0]).toBe('chrony')
  })

  it('is taken from another daemon only once chrony is downloaded', () => {
    const packages = { candidates: {}, installed: { ntpsec: '1.2.2' }, broken: false, rebootPending: false }
    const [removal] = with_({ packages }, ['10.0.0.1'])
    const text = removal?.kind === 'command' ? removal.run.text : ''
    expect(text).toMatch(/--download-only install chrony \|\| exit \$\?\n+patiently dpkg --remove -- ntpsec/)
  })

  it('is taken from another daemon by stopping it, which is no restart, and only if it runs', () => {
    const packages = { candidates: {}, installed: { ntpsec: '1.2.2' }, broken: false, rebootPending: false }
    const removal = (active: boolean): Partial<CommandResource> => {
      const time = { daemons: [daemon('ntpsec.service', active)], synchronized: true, adjustable: true }
      const [first] = with_({ packages, time }, ['10.0.0.1'])
      return first?.kind === 'command' ? first : {}
    }
    expect(removal(true)).toMatchObject({ id: 'remove-ntpsec', disruption: 'stop', units: ['ntpsec.service'] })
    expect([removal(false).id, removal(false).disruption]).toEqual(['remove-ntpsec', undefined])
  })

  it('owes chrony a restart after its configuration changed, whosever that is', () => {
    expect(with_({}).at(-1)).toMatchObject({ runsWith: { files: ['/etc/chrony/chrony.conf'], by: 'restart' } })
  })

  it('still wants away what an earlier apply took away', () => {
    const entry = { step: 'time-sync', wanted: '0', state: 'applied' as const, before: null }
    const record = { entries: { 'command:remove-systemd-timesyncd': entry } }
    const time = { daemons: [daemon('chrony.service')], synchronized: false, adjustable: true }
    expect(names({ record, time }, ['10.0.0.1'])[0]).toBe('remove-systemd-timesyncd')
  })
})

describe('the gate at its end', () => {
  const [gate] = timeSync.gates?.(contextWith()) ?? []
  const answer = (code: number, output: string): GateAnswer => ({ node: 'm1', code, output })

  it('tells what chrony says', () => {
    expect(gate?.problems([answer(0, '')])).toEqual([])
    expect(gate?.problems([answer(1, 'Not synchronised, 0.0 s off\n')])).toEqual(['m1: Not synchronised, 0.0 s off'])
  })
})
