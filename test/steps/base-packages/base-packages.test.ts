import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Layout } from '../../../src/inventory/cluster.js'
import { osFamilyOf } from '../../../src/os/index.js'
import { basePackages } from '../../../src/steps/base-packages/index.js'
import type { StepContext } from '../../../src/steps/step.js'
import { cluster, contextWith, facts, node } from '../context.js'
import { runScript } from '../run-script.js'

const names = (context: StepContext): readonly string[] =>
  basePackages
    .resources(context)
    .filter(({ kind }) => kind !== 'access')
    .map((one) => (one.kind === 'package' && !one.held ? one.name : `${one.kind}!`))

const withLayout = (layout: Layout, roles: typeof node.roles): StepContext => {
  const context = contextWith({ cluster: { endpoint: { ...cluster.endpoint, layout } } })
  return { ...context, node: { ...node, roles } }
}

function rocky(version: string): StepContext {
  const os = { id: 'rocky', idLike: ['rhel'], version, name: `Rocky Linux ${version}` }
  const family = osFamilyOf(os)
  if (family === undefined) throw new Error('Rocky is supported')
  return { ...contextWith({ facts: { os } }), os: family }
}

describe('base-packages', () => {
  it('opens what apt reads as _apt before the first package is fetched', () => {
    const kinds = basePackages.resources(withLayout('L3', ['worker'])).map(({ kind }) => kind)
    expect(kinds.lastIndexOf('access')).toBeLessThan(kinds.indexOf('package'))
    expect(basePackages.resources(withLayout('L3', ['worker']))).toContainEqual(
      expect.objectContaining({ kind: 'access', path: '/etc/apt/keyrings', bits: 0o005 }),
    )
  })

  it('gives a worker what the kubelet needs, and nothing of the load balancer', () => {
    const worker = withLayout('L3', ['worker'])
    expect(names(worker)).toEqual(expect.arrayContaining(['ca-certificates', 'curl', 'conntrack', 'ethtool', 'socat']))
    expect(names(worker)).not.toContain('iputils-arping')
    expect(names(worker)).not.toContain('chrony')
  })

  it('gives whoever carries the load balancer its tools, each package once', () => {
    const master = names(withLayout('L3', ['control-plane']))
    expect(master).toEqual(expect.arrayContaining(['conntrack', 'iputils-arping', 'tcpdump']))
    expect(new Set(master).size).toBe(master.length)
    expect(names(withLayout('L1', ['control-plane']))).not.toContain('iputils-arping')
    expect(names(withLayout('external', ['control-plane']))).not.toContain('iputils-arping')
    expect(names(withLayout('L1', ['load-balancer']))).toEqual(['iputils-arping', 'curl', 'socat', 'tcpdump'])
  })

  it('adds ipvsadm where kube-proxy uses ipvs, and not on hosts without kube-proxy', () => {
    const ipvs = { ...cluster, kubeProxy: { mode: 'ipvs' } }
    expect(names({ ...withLayout('L1', ['worker']), cluster: ipvs })).toContain('ipvsadm')
    const balancer = withLayout('L1', ['load-balancer'])
    expect(names({ ...balancer, cluster: { ...balancer.cluster, kubeProxy: ipvs.kubeProxy } })).not.toContain('ipvsadm')
    expect(names(contextWith())).not.toContain('ipvsadm')
  })

  it('adds the modules that release 10 of the RHEL family keeps apart from its kernel', () => {
    const extras = (context: StepContext) => basePackages.resources(context).filter(({ kind }) => kind === 'command')
    expect(extras(rocky('10.1'))).toMatchObject([{ id: 'kernel-modules-extra' }])
    expect(extras({ ...rocky('10.1'), node: { ...node, roles: ['load-balancer'] } })).toEqual([])
    expect(extras(rocky('9.6'))).toEqual([])
    expect(extras(contextWith({ facts: { os: { ...facts.os, version: '13' } } }))).toEqual([])
  })
})

describe('kernel-modules-extra', () => {
  const [command] = basePackages.resources(rocky('10.1')).filter((one) => one.kind === 'command')
  const ran = (program: string, script: 'run' | 'doneWhen', code: number) => {
    if (command === undefined) throw new Error('it is wanted')
    const bin = mkdtempSync(path.join(tmpdir(), 'bin-'))
    writeFileSync(path.join(bin, program), `#!/bin/sh\necho "${program} $*"; exit ${code}\n`)
    chmodSync(path.join(bin, program), 0o755)
    const result = runScript(command[script], bin)
    rmSync(bin, { recursive: true })
    return result
  }

  it('is done when the running kernel has br_netfilter, built in or as a module', () => {
    expect(ran('modprobe', 'doneWhen', 0).code).toBe(0)
    expect(ran('modprobe', 'doneWhen', 1)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('has no br_netfilter') as string,
    })
  })

  it('is installed for the very kernel that runs, else it says how to get there', () => {
    const kernel = release()
    expect(ran('dnf', 'run', 0)).toMatchObject({
      code: 0,
      stdout: `dnf -q -y --setopt=install_weak_deps=False install kernel-modules-extra-${kernel}\n`,
    })
    const refused = ran('dnf', 'run', 1)
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain('reboot, and apply again')
  })
})
