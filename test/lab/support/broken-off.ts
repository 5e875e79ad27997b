import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { inside } from '../../../src/lab/index.js'
import type { Ended, TestLab } from './lab.js'

const PROGRAM = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

/** A moment of a run: so many milliseconds after it printed that, or after that was gone from a machine. */
export type Moment =
  | { readonly says: string; readonly milliseconds: number }
  | { readonly gone: string; readonly from: string; readonly milliseconds: number }

export interface BrokenOff extends Ended {
  readonly signal: string | undefined
  readonly seconds: number
  /** Ops that had ended by then. */
  readonly ops: number
}

/** Runs the built program and, at that moment of it, does that to it or to its machines. */
export async function brokenOff(
  context: TestLab,
  args: readonly string[],
  moment: Moment,
  act: (run: { kill(signal: NodeJS.Signals): boolean }) => unknown,
): Promise<BrokenOff> {
  const began = performance.now()
  const run = execa('node', [PROGRAM, ...args], {
    cwd: context.directory,
    env: { TRIPOD_STATE_DIR: join(context.directory, 'state'), NO_COLOR: '1' },
    reject: false,
    stdin: 'ignore',
  })
  const over = run.then(() => false)
  if (await Promise.race([comes(context, run.stderr, moment), over])) {
    await sleep(moment.milliseconds)
    await act(run)
  }
  const { exitCode: code, signal, stdout, stderr } = await run
  const seconds = Math.round((performance.now() - began) / 100) / 10
  return { code, signal, stdout, stderr, seconds, ops: stderr.match(/ \(\d+\.\d s\)$/gm)?.length ?? 0 }
}

async function comes(context: TestLab, output: NodeJS.ReadableStream, moment: Moment): Promise<boolean> {
  if ('gone' in moment) {
    const loop = `i=0; while [ -e ${moment.gone} ] && [ $i -lt 12000 ]; do sleep 0.02; i=$((i+1)); done`
    return (await inside(context.lab, moment.from, loop, { timeoutSeconds: 300 })).code === 0
  }
  let said = ''
  return await new Promise((resolve) => {
    output.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes(moment.says)) resolve(true)
    })
  })
}

/** How long the work of a run that is no more may keep the next one out: the longest are packages and kubeadm. */
const PATIENCE_SECONDS = 120

/** The same command again; refused while what the first one began still goes on, it is given again. */
export async function again(context: TestLab, args: readonly string[]): Promise<Ended & { readonly refused: number }> {
  const deadline = performance.now() + PATIENCE_SECONDS * 1000
  for (let refused = 0; ; refused++) {
    const ended = await context.tripod(args)
    if (ended.code !== 75 || performance.now() > deadline) return { ...ended, refused }
    await sleep(1000)
  }
}
