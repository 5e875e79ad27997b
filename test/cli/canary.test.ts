import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { generateKeyPairSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEventFile } from '../../src/cli/run-log/event-file.js'
import { renderHtml } from '../../src/cli/html/render-html.js'
import { renderMarkdown } from '../../src/cli/markdown/render-markdown.js'
import { errorJson, renderError } from '../../src/cli/app/render-error.js'
import { renderPlan } from '../../src/cli/text/render-plan.js'
import { openRunLog } from '../../src/cli/run-log/run-log.js'
import { logEvents } from '../../src/cli/run-log/run-log-events.js'
import { documentOf } from '../../src/document/document-of.js'
import { openRun } from '../../src/engine/run.js'
import { TripodError } from '../../src/errors.js'
import { applyWording } from '../../src/next-step.js'
import type { FileResource } from '../../src/resources/resource.js'
import { Secret } from '../../src/secret.js'
import { sh } from '../../src/shell.js'
import { Machine } from '../engine/machine.js'
import { command, file, input, step } from '../engine/small-lab.js'
import { SAMPLE_IMPRINT } from './sample-plan.js'

const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const TOKEN = 'canary.0123456789abcdef'
/** What the operator gave, what the node had in a secret file before and nobody told, what the run mints and reads. */
const SECRETS = ['canary-password', 'canary-of-the-node', 'canary-vrrp', TOKEN, ...KEY.split('\n').slice(1, 4)]

const secretFile: FileResource = {
  ...file('/etc/keepalived/keepalived.conf', {
    text: 'auth_pass {{password}}\n',
    references: { password: 'env:VRRP' },
  }),
  mode: 0o600,
  sensitive: true,
}

/** Every output of one plan and of its apply, which fails, on machines that have and print secrets. */
async function everything(directory: string): Promise<Readonly<Record<string, string>>> {
  process.env['TRIPOD_STATE_DIR'] = directory
  const log = openRunLog('apply')
  const { redactor } = log
  redactor.know(new Secret('canary-password'))
  const events = openEventFile(path.join(directory, 'events.ndjson'), { log, runId: 'r1', wording: applyWording() })
  const logged = logEvents(log)
  const machine = new Machine('m1')
  machine.put('/etc/keepalived/keepalived.conf', 'auth_pass canary-of-the-node\n')
  machine.put('/etc/plain.conf', `login = canary-password\ntoken = ${TOKEN}\n${KEY}`)
  machine.checks.set('done:noisy', () => [1, `canary-password ${TOKEN}`])
  const said = `canary-password canary-vrrp ${TOKEN}\n${KEY}`
  machine.acts = [['noisy --run', () => ({ code: 1, stdout: said, stderr: said })]]
  const noisy = command({ id: 'noisy', summary: 'noisy', run: sh`noisy --run` })
  const run = await openRun({
    ...input({ machines: [machine], steps: [step('one', [secretFile, file('/etc/plain.conf'), noisy])] }),
    resolve: () => {
      redactor.know(new Secret('canary-vrrp'))
      return Promise.resolve('canary-vrrp')
    },
    emit: (event) => {
      logged(event)
      events.note(event)
    },
  })
  const plan = documentOf(run.plan, SAMPLE_IMPRINT, log.redact)
  const error = await run.apply().then(
    () => new TripodError('INTERNAL', 'the apply should fail', ''),
    (thrown: unknown) => thrown as TripodError,
  )
  events.end({ thrown: error })
  log.close()
  return {
    text: renderPlan(plan, { paint: (_, word) => word, full: true, words: 'apply' }),
    explained: renderPlan(plan, { paint: (_, word) => word, full: true, explain: true }),
    saved: JSON.stringify(plan),
    markdown: renderMarkdown(plan),
    html: renderHtml(plan),
    error: renderError(error, { redact: log.redact }),
    'error as JSON': JSON.stringify(errorJson(error, log.redact)),
    events: readFileSync(path.join(directory, 'events.ndjson'), 'utf8'),
    'run log': readFileSync(log.path, 'utf8'),
  }
}

describe('secrets in every input', () => {
  const before = process.env['TRIPOD_STATE_DIR']
  let directory = ''
  let outputs: Readonly<Record<string, string>> = {}
  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'tripod-canary-'))
    outputs = await everything(directory)
  })
  afterAll(() => {
    if (before === undefined) delete process.env['TRIPOD_STATE_DIR']
    else process.env['TRIPOD_STATE_DIR'] = before
    rmSync(directory, { recursive: true })
  })

  test.each(['text', 'explained', 'saved', 'markdown', 'html', 'error', 'error as JSON', 'events', 'run log'])(
    'are nowhere in: %s',
    (format) => {
      const text = outputs[format] ?? ''
      expect(text).toContain(format.startsWith('error') ? 'COMMAND_FAILED' : 'noisy')
      const forms = SECRETS.flatMap((one) => [
        one,
        encodeURIComponent(one),
        Buffer.from(one).toString('base64').slice(0, -4),
      ])
      expect(forms.filter((form) => text.includes(form))).toEqual([])
    },
  )

  test('leave what stands around them to be read', () => {
    expect(outputs['text']).toContain('login = [secret]')
    expect(outputs['html']).toContain('login = [secret]')
    expect(outputs['run log']).toContain('[secret]')
  })
})
