import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerIn, askScript } from '../../src/drill/measure.js'
import { outageOf } from '../../src/drill/outage.js'
import { sh } from '../../src/shell.js'
import { endpointUrl } from '../../src/steps/control-plane/control-plane.js'
import { cluster } from '../steps/context.js'
import { runScript } from '../steps/run-script.js'

let bin = ''
beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), 'tripod-ask-'))
})
afterAll(() => {
  rmSync(bin, { recursive: true })
})

function curl(script: string): void {
  const path = join(bin, 'curl')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

const answersOf = (stdout: string) => stdout.split('\n').flatMap((line) => answerIn(line) ?? [])

describe('asking the API from a node', () => {
  test('goes on every 100 ms whether or not the request before has ended, and waits for the last', () => {
    curl('sleep 0.5; printf 200')
    const { code, stdout } = runScript(askScript('https://10.0.0.10:6443', 2), bin)
    const answers = answersOf(stdout)
    expect(code).toBe(0)
    expect(answers.length).toBeGreaterThan(10)
    expect(answers.length).toBe(stdout.match(/^sent /gm)?.length)
    expect(answers.every(({ served, sentAt, endedAt }) => served && endedAt - sentAt >= 490)).toBe(true)
    expect(outageOf(answers).coarsest).toBeLessThan(500)
  })

  test('ends early when it is told to, with an answer for each request', () => {
    curl('sleep 0.3; printf 200')
    const inTwo = sh`( ${askScript('https://10.0.0.10:6443', 20)} ) & sleep 1; kill -s TERM $!; wait $!`
    const began = performance.now()
    const { code, stdout } = runScript(inTwo, bin)
    expect(performance.now() - began).toBeLessThan(6000)
    expect(code).toBe(0)
    expect(answersOf(stdout).length).toBe(stdout.match(/^sent /gm)?.length)
  })

  test('asks with the authority of the cluster, no proxy, and a second of patience', () => {
    curl('echo "$*" >&2; printf 000; exit 28')
    const { stdout, stderr } = runScript(askScript('https://[fd00::10]:6443', 1), bin)
    expect(stderr.split('\n')[0]).toBe(
      '-sm1 --noproxy * --cacert /etc/kubernetes/pki/ca.crt -o /dev/null -w %{http_code} https://[fd00::10]:6443/readyz',
    )
    expect(answersOf(stdout).filter(({ served }) => served)).toEqual([])
  })

  test('takes as served what the API server itself answered to the end, and nothing else', () => {
    expect(answerIn('123450 123452 200 0')).toEqual({ sentAt: 1_234_500, endedAt: 1_234_520, served: true })
    expect(answerIn('1 2 401 0')?.served).toBe(false)
    for (const line of ['1 2 500 0', '1 2 503 0', '1 2 403 0', '1 2 000 28', '1 2 200 18'])
      expect([line, answerIn(line)?.served]).toEqual([line, false])
    for (const line of ['pid 12', 'sent 1', '', '1 2 200', 'curl: (7) refused']) expect(answerIn(line)).toBeUndefined()
  })

  test('goes where clients go, also by IPv6 and by name', () => {
    expect(endpointUrl(cluster.endpoint)).toBe('https://10.0.0.10:6443')
    expect(endpointUrl({ ...cluster.endpoint, host: 'fd00::10' })).toBe('https://[fd00::10]:6443')
    expect(endpointUrl({ ...cluster.endpoint, host: 'api.example', port: 443 })).toBe('https://api.example:443')
  })
})
