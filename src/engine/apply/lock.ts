import { setTimeout as sleep } from 'node:timers/promises'
import { TripodError } from '../../errors.js'
import type { Held, Host } from '../../host/host.js'
import { lines, sh, type Script } from '../../shell.js'
import { AGAIN, next } from '../../next-step.js'

/** The lock of one node: gone with the connection that holds it, so it never gets stale. */
export interface NodeLock {
  readonly node: string
  /** Makes sure that it is still ours: takes it again when its connection broke. Throws LOCK_HELD when somebody was faster. */
  keep(): Promise<void>
  release(): Promise<void>
}

export interface Holder {
  readonly operator: string
  readonly runId: string
  readonly since: string
}

/** The far side lets go when it hears nothing for so long; the host sends a sign of life every 10 s. */
const SILENCE_SECONDS = 60

type Attempt = 'first' | 'again'

/** flock on a kept descriptor, held for as long as lines come in (experience.md 2.2). */
function lockScript(holder: Holder, attempt: Attempt): Script {
  return lines([
    sh`umask 077; mkdir -p /run/tripod && exec 9>>/run/tripod/lock || exit 1`,
    sh`ours() { [ ${attempt} = first ] || [ ! -s /run/tripod/lock ] || [ "$(cat /run/tripod/lock)" = ${JSON.stringify(holder)} ]; }`,
    // Taken again, it must have been nobody else's in between: what this run knows of the node would not be true any more.
    sh`flock -n 9 && ours || { printf 'held '; head -c 500 /run/tripod/lock; echo; exit 1; }`,
    sh`printf '%s\n' ${JSON.stringify(holder)} >/run/tripod/lock; echo locked`,
    // The reader must not inherit the lock: it outlives a killed shell by up to its own patience.
    sh`while timeout ${SILENCE_SECONDS} sh -c 'read -r beat' 9>&-; do :; done`,
  ])
}

/** Takes the lock of every host, in the order of their names, all or none. Throws LOCK_HELD naming the holder. */
export async function lockAll(hosts: readonly Host[], holder: Holder): Promise<readonly NodeLock[]> {
  const locks: NodeLock[] = []
  try {
    for (const host of [...hosts].sort((a, b) => (a.name < b.name ? -1 : 1))) locks.push(await lock(host, holder))
    return locks
  } catch (error) {
    await Promise.allSettled(locks.map((one) => one.release()))
    throw error
  }
}

async function lock(host: Host, holder: Holder): Promise<NodeLock> {
  let current = await take(host, holder, 'first')
  return {
    node: host.name,
    keep: async () => {
      if (current.lost()) current = await take(host, holder, 'again')
    },
    release: () => current.held.release(),
  }
}

interface Taken {
  readonly held: Held
  /** The connection broke, or the far side gave up waiting for a sign of life. */
  readonly lost: () => boolean
}

async function take(host: Host, holder: Holder, attempt: Attempt): Promise<Taken> {
  const held = await holdPatiently(host, holder, attempt)
  let lost = false
  void held.ended.then(() => {
    lost = true
  })
  return { held, lost: () => lost }
}

/** A lock that our own broken connection still holds is free as soon as the far side notices. Others are not waited for. */
async function holdPatiently(host: Host, holder: Holder, attempt: Attempt): Promise<Held> {
  for (let second = 0; ; second += 1) {
    const held = await host.hold(lockScript(holder, attempt))
    if (held.greeting === 'locked') return held
    if (!held.greeting.includes(JSON.stringify(holder)) || second > SILENCE_SECONDS) throw refused(host.name, held)
    await sleep(1000)
  }
}

function refused(node: string, { greeting }: Held): TripodError {
  if (!greeting.startsWith('held ')) {
    return new TripodError(
      'COMMAND_FAILED',
      `cannot make the lock /run/tripod/lock on ${node}`,
      `Look at /run on ${node}: is it writable, and is flock (util-linux) there?`,
      {
        node,
        output: greeting,
      },
    )
  }
  const who = describe(greeting.slice('held '.length))
  return new TripodError(
    'LOCK_HELD',
    `${node} is being changed by ${who}`,
    next`Wait until that run has ended, or stop it where it runs; then run \`${AGAIN}\` again.`,
    { node },
  )
}

function describe(text: string): string {
  try {
    const { operator, runId, since } = JSON.parse(text) as Partial<Holder>
    return `${operator ?? 'somebody'}, run ${runId ?? 'unknown'}, since ${since ?? 'an unknown time'}`
  } catch {
    return 'another run that has not yet said who it is'
  }
}
