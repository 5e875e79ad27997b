import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundleOptions } from '../../scripts/bundle.mjs'
import { fault } from '../../src/lab/index.js'
import type { Carried, Order } from './support/stream-program.js'
import { said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/streams.long.test.ts: ${unable}`)

const MEGABYTES = 120
const THERE = '/srv/streams/there'
const TRACES = "find /srv/streams -name '.tripod-*' -size +20M"

describe.skipIf(unable !== undefined)('200 MiB streamed', () => {
  const context = testLab({ name: 't-streams', nodes: 1 })
  const at = (name: string): string => join(context.directory, name)
  const sumHere = (name: string): string => execFileSync('sha256sum', [at(name)], { encoding: 'utf8' }).slice(0, 64)
  const sumThere = async (): Promise<string> => (await said(context.lab, 'm1', `sha256sum ${THERE}`)).slice(0, 64)
  const carry = async (verb: Order['verb'], file: string): Promise<Carried> => {
    const { lab } = context
    const order: Order = {
      ssh: {
        host: lab.nodes[0]?.address ?? '',
        port: 22,
        user: 'ops',
        identityFile: lab.key,
        knownHosts: lab.knownHosts,
        agent: false,
        bastions: [],
        sudo: true,
      },
      verb,
      file: at(file),
      path: THERE,
      stallSeconds: 15,
    }
    const { stdout } = await execa('node', [at('program.mjs'), JSON.stringify(order)])
    return JSON.parse(stdout) as Carried
  }
  const eventually = async (command: string): Promise<void> => {
    for (let tries = 0; tries < 300; tries += 1) {
      if ((await said(context.lab, 'm1', `${command}; true`)) !== '') return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`never: ${command}`)
  }

  beforeAll(async () => {
    await build({
      ...bundleOptions,
      entryPoints: [join(import.meta.dirname, 'stream-program.ts')],
      outfile: at('program.mjs'),
    })
    execFileSync('dd', ['if=/dev/urandom', `of=${at('here')}`, 'bs=1M', 'count=200', 'status=none'])
    await said(context.lab, 'm1', 'mkdir /srv/streams; echo old > /srv/streams/there')
  })

  it('from a machine and to it arrive whole, in bounded memory', async () => {
    const up = await carry('upload', 'here')
    expect(up).toMatchObject({ outcome: 'done' })
    expect(await sumThere()).toBe(sumHere('here'))
    const down = await carry('download', 'back')
    expect(down).toMatchObject({ outcome: 'done' })
    expect(sumHere('back')).toBe(sumHere('here'))
    console.log(`peak memory: ${up.megabytes} MB up, ${down.megabytes} MB down`)
    expect(Math.max(up.megabytes, down.megabytes)).toBeLessThan(MEGABYTES)
  })

  it('over a cable that is pulled pass for whole nowhere, and leave nothing', async () => {
    const { lab } = context
    await said(lab, 'm1', `echo old > ${THERE}`)
    const up = carry('upload', 'here')
    await during(up, eventually(TRACES))
    await fault(lab.name, 'm1', { kind: 'cut' })
    expect(await up).toMatchObject({ outcome: 'CONNECTION_LOST' })
    await fault(lab.name, 'm1', { kind: 'heal' })
    expect(await said(lab, 'm1', `cat ${THERE}`)).toBe('old')
    // The machine hears nothing of it, and gives up by itself.
    await eventually("find /srv/streams -name '.tripod-*' | grep -q . || echo gone")
    expect(await carry('upload', 'here')).toMatchObject({ outcome: 'done' })
    expect(await sumThere()).toBe(sumHere('here'))

    const down = carry('download', 'half')
    await during(down, grown('.half.tripod-'))
    await fault(lab.name, 'm1', { kind: 'cut' })
    expect(await down).toMatchObject({ outcome: 'CONNECTION_LOST' })
    await fault(lab.name, 'm1', { kind: 'heal' })
    expect(readdirSync(context.directory).filter((name) => name.includes('half'))).toEqual([])
  })

  it('to a machine whose disk is full leave what was there', async () => {
    const { lab } = context
    await said(lab, 'm1', `echo old > ${THERE}`)
    await fault(lab.name, 'm1', { kind: 'fill', directory: '/srv/streams' })
    const full = await carry('upload', 'here')
    expect(full).toMatchObject({
      outcome: 'TRANSFER_FAILED',
      message: expect.stringContaining('No space left') as string,
    })
    expect(await said(lab, 'm1', 'ls -A /srv/streams; cat /srv/streams/there')).toBe('there\nold')
    await fault(lab.name, 'm1', { kind: 'heal' })
  })

  /** Waits for a sign of work that is under way; work that has ended gives none. */
  async function during(work: Promise<Carried>, sign: Promise<void>): Promise<void> {
    expect(await Promise.race([work, sign])).toBeUndefined()
  }

  /** Until so much of a download is here that it is under way. */
  async function grown(prefix: string): Promise<void> {
    for (let tries = 0; tries < 1200; tries += 1) {
      const name = readdirSync(context.directory).find((one) => one.startsWith(prefix))
      if (name !== undefined && statSync(at(name)).size > 20_000_000) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`never: ${prefix}`)
  }
})
