import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommandResource } from '../../src/resources/resource.js'
import { sha256 } from '../../src/resources/digest.js'
import type { Script } from '../../src/shell.js'
import { network } from '../../src/steps/network.js'
import type { ManifestSet } from '../../src/steps/step.js'
import { cluster, contextWith } from './context.js'
import { parses, runScript } from './run-script.js'

const TEXT = 'kind: DaemonSet\n'
const SET: ManifestSet = {
  name: 'calico-crds',
  source: 'https://example.org/calico.yaml',
  sha256: 'ab',
  text: TEXT,
  objects: [
    { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'calico-node' },
    { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'ippools.crd.projectcalico.org' },
  ],
}
const CALICO = { ...cluster, network: { ...cluster.network, cni: 'calico' as const } }

function wanted(): CommandResource {
  const context = { ...contextWith({ cluster: CALICO }), manifests: [SET] }
  const [command, ...rest] = network.resources({ ...context, topology: { states: {}, acting: 'm1' } })
  expect(rest).toEqual([])
  return command as CommandResource
}

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-network-'))
  writeFileSync(path.join(directory, 'admin.conf'), '')
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

/** As on a master whose kubectl answers so; what it was given on stdin is in the directory. */
function ran(script: Script, kubectl: string) {
  const program = path.join(directory, 'kubectl')
  writeFileSync(program, `#!/bin/sh\n${kubectl}\n`)
  chmodSync(program, 0o755)
  const text = script.text.replaceAll('/etc/kubernetes', directory)
  return runScript({ ...script, text }, directory)
}

const answering = (mark: string, objects: readonly string[]): string => `
case $* in
  *configmap*) [ "$#" -gt 0 ] && printf '%s' '${mark}' ;;
  *) cat >"$(dirname "$0")/asked"; printf '%s\\n' ${objects.join(' ')} ;;
esac`

describe('the pod network', () => {
  test('is applied from memory, and nothing of it is kept on the master through which it went', () => {
    const command = wanted()
    expect([command.inputs, command.transient, command.undo]).toEqual([
      [{ name: 'calico-crds.yaml', content: TEXT }],
      true,
      'nothing',
    ])
    expect(command.run.text).toContain('-f "$INPUTS"/calico-crds.yaml')
    expect([command.run, command.doneWhen].map(parses)).toEqual([true, true])
  })

  test('is done where the cluster says so, and has every object of it', () => {
    const { doneWhen } = wanted()
    expect(ran(doneWhen, answering(sha256(TEXT), ['daemonset/a', 'crd/b'])).code).toBe(0)
    expect(ran(doneWhen, answering(sha256(TEXT), ['daemonset/a']))).toMatchObject({
      code: 1,
      stdout: 'of 2 objects the cluster has 1\n',
    })
    expect(ran(doneWhen, answering('other', []))).toMatchObject({
      code: 1,
      stdout: 'another text was applied before\n',
    })
    expect(ran(doneWhen, answering('', [])).code).toBe(1)
    expect(ran(doneWhen, 'exit 1').code).toBe(2)
  })

  test('tells the cluster what was applied, once it was', () => {
    const { run } = wanted()
    const kubectl = 'case $* in *tripod-calico-crds*) cat >"$(dirname "$0")/mark" ;; esac'
    expect(ran(run, kubectl).code).toBe(0)
    const noted = runScript({ ...run, text: `cat ${path.join(directory, 'mark')}` }).stdout
    expect(JSON.parse(noted)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'tripod-network', namespace: 'kube-system' },
      data: { 'calico-crds': sha256(TEXT) },
    })
  })
})
