import { setTimeout as sleep } from 'node:timers/promises'
import { TripodError } from '../errors.js'
import type { Host } from '../host/host.js'
import { type Script, sh } from '../shell.js'
import type { Answer } from './outage.js'

/** What asks the API again and again, on a node. */
export interface Measuring {
  /** What was answered so far. */
  readonly answers: readonly Answer[]
  /** Settles when the asking has ended; CONNECTION_LOST where the node is gone, and with it what came after. */
  readonly ended: Promise<void>
  /** Ends it, and waits for what is under way. */
  stop(): Promise<void>
}

/** For whatever the node may need to start and end. */
const SLACK_SECONDS = 15
const FIRST_ANSWER_SECONDS = 10

/**
 * Asks every 100 ms, each time by a connection of its own that gets 1 s, whether or not the one before has ended. It runs
 * on a node: the way from the operator's computer there may lead through bastions, and its hiccups are not the cluster's.
 * Times are those of /proc/uptime, in hundredths: nothing sets them. Each request prints when it was sent; each end prints
 * sent, ended, the status of HTTP and that of curl. When nobody reads that any more, it ends too.
 */
export function askScript(url: string, seconds: number): Script {
  return sh`
command -v curl >/dev/null || { echo 'curl is missing'; exit 127; }
clock() { IFS='. ' read -r whole part rest </proc/uptime; now=$whole$part; }
ask() {
  code=$(curl -sm1 --noproxy '*' --cacert /etc/kubernetes/pki/ca.crt -o /dev/null -w '%{http_code}' ${`${url}/readyz`})
  status=$?
  clock
  echo "$1 $now $code $status"
}
stop=
trap 'stop=1' TERM
echo "pid $$"
clock
next=$now
end=$((now + ${seconds * 100}))
while [ -z "$stop" ] && [ "$now" -lt "$end" ]; do
  ask "$now" &
  echo "sent $now" || exit 1
  next=$((next + 10))
  clock
  pause=$((next - now))
  if [ "$pause" -le 0 ]; then next=$now
  elif [ "$pause" -ge 10 ]; then sleep 0.1
  else sleep 0.0"$pause"
  fi
  clock
done
wait`
}

/** `123456 123458 200 0` -> an answer; undefined for all other lines. */
export function answerIn(line: string): Answer | undefined {
  const [, sent, ended, code = '', status] = /^(\d+) (\d+) (\d{3}) (\d+)$/.exec(line) ?? []
  if (sent === undefined) return undefined
  return { sentAt: Number(sent) * 10, endedAt: Number(ended) * 10, served: status === '0' && code === '200' }
}

/** Begins to ask `url` from a node, for `seconds` at most. Resolves when the first answer or failure is there. */
export async function startMeasuring(host: Host, url: string, seconds: number): Promise<Measuring> {
  const answers: Answer[] = []
  let pid = 0
  const state = { settled: false }
  const onLine = (line: string): void => {
    pid = Number(/^pid (\d+)$/.exec(line)?.[1] ?? pid)
    const answer = answerIn(line)
    if (answer !== undefined) answers.push(answer)
  }
  const options = { timeoutSeconds: seconds + SLACK_SECONDS, title: 'asking the API', onLine }
  const ended = host.run(askScript(url, seconds), options).then(({ code, stdout, stderr }) => {
    if (code !== 0) throw couldNotAsk(host.name, `${stdout.slice(-500)}\n${stderr}`)
  })
  const over = ended.finally(() => {
    state.settled = true
  })
  // Looked at when it is waited for.
  over.catch(() => undefined)
  const stop = async (): Promise<void> => {
    if (!state.settled && pid > 0) await host.run(sh`kill -s TERM ${pid}`, { title: 'ending the asking' })
    await over
  }
  for (let tries = 0; answers.length === 0 && tries < FIRST_ANSWER_SECONDS * 10 && !state.settled; tries += 1)
    await sleep(100)
  if (state.settled || answers.length === 0) await stop()
  if (answers.length === 0) throw couldNotAsk(host.name, 'no request had ended')
  return { answers, ended: over, stop }
}

function couldNotAsk(node: string, output: string): TripodError {
  return new TripodError(
    'COMMAND_FAILED',
    `the API could not be asked from ${node}`,
    `Look at ${node}: it needs curl, and /etc/kubernetes/pki/ca.crt of the cluster.`,
    { node, output },
  )
}
