import { inside, type Lab } from '../../../src/lab/index.js'
import { said } from './lab.js'

/** What a client of the API saw under the VIP while something was done. */
export interface Answers {
  readonly requests: number
  readonly failed: number
  /** From each request that failed to the next one that did not, in all. */
  readonly failedMilliseconds: number
}

/** Asks from a machine every 100 ms, over a new connection each time, for as long as the work takes. */
export async function answersMeanwhile(lab: Lab, from: string, work: () => Promise<unknown>): Promise<Answers> {
  await said(lab, from, 'rm -f /tmp/stop /tmp/seen')
  const ask = `curl -so /dev/null --noproxy '*' --max-time 1 --cacert /etc/kubernetes/pki/ca.crt -w '%{http_code}' https://${lab.vip}:6443/readyz`
  const loop = `i=0; while [ ! -e /tmp/stop ] && [ $i -lt 8000 ]; do echo "$(date +%s%3N) $(${ask})" >>/tmp/seen; i=$((i+1)); sleep 0.1; done`
  const watching = inside(lab, from, loop, { timeoutSeconds: 900 })
  try {
    await work()
  } finally {
    await said(lab, from, 'touch /tmp/stop')
    await watching
  }
  const lines = (await said(lab, from, 'cat /tmp/seen')).split('\n')
  return summed(
    lines.map((line) => {
      const [at = '', code] = line.split(' ')
      return { at: Number(at), good: code === '200' }
    }),
  )
}

interface Answer {
  readonly at: number
  readonly good: boolean
}

/** Each request stands for the time until the next one. */
function summed(answers: readonly Answer[]): Answers {
  const times = answers.map(({ at, good }, index) => (good ? 0 : (answers[index + 1]?.at ?? at) - at))
  return {
    requests: answers.length,
    failed: answers.filter(({ good }) => !good).length,
    failedMilliseconds: times.reduce((sum, time) => sum + time, 0),
  }
}

/** `0 of 267 requests failed, 0 ms in all`. */
export function shownAnswers({ requests, failed, failedMilliseconds }: Answers): string {
  return `${failed} of ${requests} requests failed, ${failedMilliseconds} ms in all`
}
