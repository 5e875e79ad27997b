import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ObjectRef } from '../../../src/resources/resource.js'
import { objectsReady } from '../../../src/steps/objects/objects-ready.js'
import { cluster, node } from '../context.js'
import { runScript } from '../run-script.js'

const OBJECTS: readonly ObjectRef[] = [
  { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'wares.example.org' },
  { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'till' },
  { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'prices' },
  { apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop', name: 'stock' },
  { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: 'v1.metrics.k8s.io' },
]
const gateOf = (objects: readonly ObjectRef[]) =>
  objectsReady({ objects, node, endpoint: cluster.endpoint, id: 'ready', title: 'shop is ready', deadlineSeconds: 60 })

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-ready-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

/** As on a node whose kubectl does this; its calls are noted. */
function asked(objects: readonly ObjectRef[], kubectl: string) {
  const program = path.join(directory, 'kubectl')
  writeFileSync(program, `#!/bin/sh\nshift 6\necho "$*" >>"$(dirname "$0")/calls"\n${kubectl}\n`)
  chmodSync(program, 0o755)
  const [question] = gateOf(objects).questions
  if (question === undefined) throw new Error('nothing is asked')
  return runScript(question.script, directory)
}

describe('a gate for objects', () => {
  test('asks each kind for what makes it ready, and leaves out kinds that are as soon as they are there', () => {
    expect(asked(OBJECTS, 'exit 0')).toMatchObject({ code: 0, stdout: '' })
    expect(readFileSync(path.join(directory, 'calls'), 'utf8').trim().split('\n')).toEqual([
      'wait --for=condition=Established --timeout=2s CustomResourceDefinition.v1.apiextensions.k8s.io/wares.example.org',
      '-n shop rollout status --timeout=2s Deployment.v1.apps/till',
      '-n shop wait --for=condition=Complete --timeout=2s Job.v1.batch/stock',
      'wait --for=condition=Available --timeout=2s APIService.v1.apiregistration.k8s.io/v1.metrics.k8s.io',
    ])
  })

  test('does not hold while one is not ready, or cannot be asked for, and says which in kubectl’s words', () => {
    const { code, stdout } = asked(OBJECTS, 'case $* in *till) echo "0 of 2 are available" >&2; exit 1 ;; esac')
    expect([code, stdout]).toEqual([1, 'Deployment.apps shop/till: 0 of 2 are available\n'])
    expect(gateOf(OBJECTS).problems([{ node: 'm1', code: 1, output: stdout }])).toEqual([
      'm1: Deployment.apps shop/till: 0 of 2 are available',
    ])
  })

  test('asks nothing if there is nothing to wait for', () => {
    expect(gateOf(OBJECTS.slice(2, 3)).questions).toEqual([])
  })
})
