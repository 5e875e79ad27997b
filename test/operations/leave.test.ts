import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { leave } from '../../src/operations/leaving/leave.js'
import type { CommandResource } from '../../src/resources/resource.js'
import type { StepContext } from '../../src/steps/step.js'
import { contextWith } from '../steps/context.js'
import { runScript } from '../steps/run-script.js'

let place = ''
const log = (): readonly string[] => readFileSync(join(place, 'log'), 'utf8').trim().split('\n')

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'tripod-leave-'))
  const program = (name: string, text: string): void => {
    writeFileSync(join(place, name), `#!/bin/sh\necho ${name} "$@" >> ${join(place, 'log')}\n${text}\n`)
    chmodSync(join(place, name), 0o755)
  }
  program('curl', `if [ -e ${join(place, 'follows')} ]; then case "$*" in *transfer-leadership*) exit 22 ;; esac; fi`)
  program('kubectl', `case "$*" in *'get node'*) echo node/m2 ;; esac`)
})
afterEach(() => {
  rmSync(place, { recursive: true })
})

const base = contextWith()
const master = (name: string, address: string) => ({ ...base.node, name, address, roles: ['control-plane'] as const })
const [m1, m2] = [master('m1', '10.0.0.11'), master('m2', '10.0.0.12')]
const members = [
  { id: '101', name: 'm1', peerURLs: ['https://10.0.0.11:2380'], learner: false },
  { id: '102', name: 'm2', peerURLs: ['https://10.0.0.12:2380'], learner: false },
]
const facts = { ...base.facts, kubernetes: { ...base.facts.kubernetes, members } }
const context: StepContext = {
  ...base,
  node: m1,
  facts,
  cluster: { ...base.cluster, nodes: [m1, m2] },
  topology: { states: { m1: 'control-plane-ready', m2: 'control-plane-ready' }, acting: 'm1' },
  seen: [{ node: m1, facts }],
}

function ran(gone: boolean) {
  const [command] = leave({ nodes: [m2], gone }).resources(context) as readonly CommandResource[]
  if (command === undefined) throw new Error('nothing leaves')
  return runScript(command.run, place)
}

/** What of it is done to etcd and the Node, in order. */
const deeds = (): readonly string[] =>
  log().flatMap((line) => {
    const [deed] = /drain m2 .*--timeout|transfer-leadership|member\/remove|delete node m2/.exec(line) ?? []
    return deed === undefined ? [] : [deed.replace(/ .*--timeout/, ' m2')]
  })

test('a master hands the lead of etcd to one that stays, before it is taken out: its going costs no election', () => {
  expect(ran(false)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('it led etcd, and leads no more') as string,
  })
  expect(deeds()).toEqual(['drain m2', 'transfer-leadership', 'member/remove', 'delete node m2'])
  const [handed] = log().filter((line) => line.includes('transfer-leadership'))
  expect(handed).toContain('-d {"targetID":"101"} https://10.0.0.12:2379/v3/maintenance/transfer-leadership')
  expect(log().find((line) => line.includes('member/remove'))).toContain('-d {"ID":"102"} https://127.0.0.1:2379/')
})

test('one that does not lead says no to that, and leaves all the same', () => {
  writeFileSync(join(place, 'follows'), '')
  const { code, stdout } = ran(false)
  expect([code, stdout.includes('leads no more')]).toEqual([0, false])
  expect(deeds().slice(-2)).toEqual(['member/remove', 'delete node m2'])
})

test('one that is gone is asked for nothing', () => {
  expect(ran(true).code).toBe(0)
  expect(deeds()).toEqual(['member/remove', 'delete node m2'])
})
