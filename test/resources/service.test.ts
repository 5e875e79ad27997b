import { describe, expect, it } from 'vitest'
import type { Overlay, Verdict } from '../../src/resources/kind.js'
import type { CheckReading, PathReading, UnitReading } from '../../src/resources/readings.js'
import type { ServiceResource } from '../../src/resources/resource.js'
import { service, stampOf } from '../../src/resources/service.js'
import { sh } from '../../src/shell.js'
import { fileReading, readingsOf, unitReading } from './readings-of.js'

const CONFIG = '/etc/containerd/config.toml'
const containerd: ServiceResource = {
  kind: 'service',
  unit: 'containerd.service',
  enabled: true,
  active: true,
  runsWith: { files: [CONFIG], by: 'restart', inForce: sh`true` },
}
const overlay: Overlay = { record: { entries: {} }, writes: new Map(), installs: new Map() }
const config = fileReading('version = 2\n')
const stamp = stampOf([CONFIG], readingsOf({ paths: { [CONFIG]: config } }))
const inForce: CheckReading = { state: 'ran', code: 0, output: '' }

interface Situation {
  readonly unit: UnitReading
  readonly path?: PathReading
  readonly check?: CheckReading
  readonly overlay?: Overlay
  readonly resource?: ServiceResource
}

function judge(situation: Situation): Verdict {
  const resource = situation.resource ?? containerd
  const readings = readingsOf({
    units: { [resource.unit]: situation.unit },
    paths: { [CONFIG]: situation.path ?? config },
    checks: { 'in-force:containerd.service': situation.check ?? inForce },
  })
  return service.compare(resource, readings, situation.overlay ?? overlay)
}

function todo(verdict: Verdict): string {
  return verdict.state === 'differs'
    ? `${verdict.difference.change.summary} (${verdict.difference.reason.text})`
    : verdict.state
}

describe('a restart is owed', () => {
  it('not when the stamp says that the daemon runs with these files, however new they are', () => {
    expect(
      todo(judge({ unit: unitReading({ stamp }), path: fileReading('version = 2\n', { changedAt: 900_000_000 }) })),
    ).toBe('same')
  })

  it('when the stamp is of other files', () => {
    expect(todo(judge({ unit: unitReading({ stamp: 'of something else' }) }))).toBe(
      'restart (it runs with an older configuration)',
    )
  })

  it('without a stamp, when a file is newer than the start', () => {
    expect(todo(judge({ unit: unitReading(), path: fileReading('version = 2\n', { changedAt: 100_000_001 }) }))).toBe(
      'restart (its configuration is newer than its start)',
    )
  })

  it('without a stamp, also when the two are too close to tell', () => {
    expect(
      todo(judge({ unit: unitReading(), path: fileReading('version = 2\n', { changedAt: 99_985_000 }) })),
    ).toContain('restart')
    expect(todo(judge({ unit: unitReading(), path: fileReading('version = 2\n', { changedAt: 99_970_000 }) }))).toBe(
      'same',
    )
  })

  it('when the plan itself writes one of the files, and names that op', () => {
    const verdict = judge({
      unit: unitReading({ stamp }),
      overlay: { ...overlay, writes: new Map([[CONFIG, 'm1:file:config']]) },
    })
    expect(todo(verdict)).toBe('restart (its configuration changes)')
    expect(verdict.state === 'differs' && verdict.difference.dependsOn).toEqual(['m1:file:config'])
    expect(verdict.state === 'differs' && verdict.difference.disruption).toBe('restart')
  })

  it('when the unit file changed on disk, with a reload of systemd before it', () => {
    expect(todo(judge({ unit: unitReading({ stamp, needsDaemonReload: true }) }))).toBe(
      'daemon-reload, restart (its unit file changed on disk)',
    )
  })

  it('when the daemon itself says that it has other settings', () => {
    expect(
      todo(judge({ unit: unitReading({ stamp }), check: { state: 'ran', code: 1, output: 'SystemdCgroup is false' } })),
    ).toBe('restart (SystemdCgroup is false)')
  })

  it('as a reload where the daemon can, which disrupts less', () => {
    const resource: ServiceResource = { ...containerd, runsWith: { files: [CONFIG], by: 'reload' } }
    const verdict = judge({ resource, unit: unitReading({ stamp: 'old' }) })
    expect(todo(verdict)).toContain('reload')
    expect(verdict.state === 'differs' && verdict.difference.disruption).toBe('reload')
  })
})

describe('unknown is never absent', () => {
  it('when systemd, a file or the check of what is in force does not answer', () => {
    const reason = { state: 'unknown', reason: 'Input/output error' } as const
    expect(judge({ unit: reason }).state).toBe('unknown')
    expect(judge({ unit: unitReading(), path: reason }).state).toBe('unknown')
    expect(
      judge({ unit: unitReading({ stamp }), check: { state: 'ran', code: 2, output: 'no such command' } }).state,
    ).toBe('unknown')
  })
})

describe('state of a unit', () => {
  it('is started, enabled and unmasked as needed', () => {
    expect(todo(judge({ unit: unitReading({ stamp, active: 'inactive', enablement: 'disabled' }) }))).toBe(
      'enable, start (is not running)',
    )
    expect(todo(judge({ unit: unitReading({ stamp, active: 'failed', enablement: 'masked' }) }))).toBe(
      'unmask, enable, start (is not running)',
    )
  })

  it('is found also where its program is gone, so that no check can tell with what it runs', () => {
    const gone: CheckReading = { state: 'ran', code: 2, output: 'containerd: not found' }
    expect(todo(judge({ unit: unitReading({ stamp, active: 'inactive', enablement: 'masked' }), check: gone }))).toBe(
      'unmask, enable, start (is not running)',
    )
  })

  it('is stopped also while it is still starting', () => {
    const off: ServiceResource = { kind: 'service', unit: 'x.service', enabled: false, active: false }
    expect(todo(judge({ resource: off, unit: unitReading({ active: 'activating', enablement: 'disabled' }) }))).toBe(
      'stop (has another state)',
    )
  })

  it('is made after its package, and restarted because the package has started it with its own files', () => {
    const verdict = judge({
      unit: { state: 'absent' },
      overlay: { ...overlay, installs: new Map([['containerd', 'm1:package:containerd']]) },
    })
    expect(todo(verdict)).toBe('enable, start (is not there)')
    expect(verdict.state === 'differs' && verdict.difference.dependsOn).toEqual(['m1:package:containerd'])
    const act = verdict.state === 'differs' ? verdict.difference.act : undefined
    expect(act?.do === 'run' && act.script.text).toContain('systemctl restart -- containerd.service')
  })

  it('is masked and stopped where a unit must never run, and left alone once it is', () => {
    const swap: ServiceResource = {
      kind: 'service',
      unit: 'dev-sda2.swap',
      enabled: false,
      active: false,
      masked: true,
    }
    expect(todo(judge({ resource: swap, unit: unitReading({ enablement: 'generated' }) }))).toBe(
      'mask, stop (has another state)',
    )
    expect(todo(judge({ resource: swap, unit: unitReading({ active: 'inactive', enablement: 'masked' }) }))).toBe(
      'same',
    )
  })
})

describe('a unit that may run or not', () => {
  const kubelet: ServiceResource = { kind: 'service', unit: 'kubelet.service', enabled: true, active: 'either' }

  it.each(['active', 'activating', 'inactive', 'failed'])('is left alone while it is enabled and %s', (active) => {
    expect(todo(judge({ resource: kubelet, unit: unitReading({ active }) }))).toBe('same')
  })

  it('is enabled, and neither started nor stopped', () => {
    for (const active of ['active', 'inactive']) {
      const unit = unitReading({ active, enablement: 'disabled' })
      expect(todo(judge({ resource: kubelet, unit }))).toBe('enable (has another state)')
    }
  })
})

describe('a unit that shall not run', () => {
  it('stops, which is no restart, whether a step or a leftover stops it', () => {
    const off: ServiceResource = { kind: 'service', unit: 'keepalived.service', enabled: false, active: false }
    const readings = readingsOf({ units: { 'keepalived.service': unitReading() } })
    const before = { enabled: false, active: false, masked: false }
    const entry = { step: 'load-balancer', wanted: '', state: 'applied', before } as const
    for (const verdict of [
      service.compare(off, readings, overlay),
      service.compare({ ...off, masked: true }, readings, overlay),
      service.leftover('keepalived.service', entry, readings),
    ])
      expect(verdict).toMatchObject({ difference: { disruption: 'stop', units: ['keepalived.service'] } })
  })
})

describe('a drop-in among the files of a unit', () => {
  const DROP_IN = '/etc/systemd/system/containerd.service.d/tripod-proxy.conf'
  const files = [CONFIG, DROP_IN]
  const withDropIn: ServiceResource = { ...containerd, runsWith: { files, by: 'restart' } }

  it('that is about to be written is read by systemd before the restart', () => {
    const writes = new Map([[DROP_IN, 'm1:file']])
    const unit = unitReading()
    expect(todo(judge({ unit, resource: withDropIn, overlay: { ...overlay, writes } }))).toBe(
      'daemon-reload, restart (its configuration changes)',
    )
    expect(todo(judge({ unit, overlay: { ...overlay, writes: new Map([[CONFIG, 'm1:file']]) } }))).toBe(
      'restart (its configuration changes)',
    )
  })
})
