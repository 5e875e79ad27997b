import { messageOf, TripodError } from '../errors.js'
import type { Node } from '../inventory/cluster.js'
import { lines, sh } from '../shell.js'
import { ADMIN_CONF, apiOf, isReady } from '../steps/control-plane/control-plane.js'
import { next, tripod } from '../next-step.js'
import type { RunInput } from '../engine/run-types.js'
import { isMaster } from '../inventory/roles.js'

/** admin.conf of a master that serves, never super-admin.conf. */
export interface FetchedKubeconfig {
  readonly text: string
  readonly from: string
}

/** Asks one master after the other; the first that serves counts. Throws CLUSTER_UNREACHABLE that names what each said. */
export async function fetchKubeconfig(input: Pick<RunInput, 'cluster' | 'connect'>): Promise<FetchedKubeconfig> {
  const said: string[] = []
  for (const master of input.cluster.nodes.filter(isMaster)) {
    const answer = await ask(master, input)
    if ('text' in answer) return { text: answer.text, from: master.name }
    said.push(`${master.name}: ${answer.why}`)
  }
  throw new TripodError(
    'CLUSTER_UNREACHABLE',
    `no master of ${input.cluster.name} serves:\n${said.map((line) => `  ${line}`).join('\n')}`,
    next`See \`${tripod('plan')}\`: it tells whether there is a cluster, and what is wrong with it.`,
  )
}

async function ask(
  master: Node,
  { cluster, connect }: Pick<RunInput, 'cluster' | 'connect'>,
): Promise<{ readonly text: string } | { readonly why: string }> {
  try {
    const host = await connect(master)
    try {
      const script = lines([isReady(apiOf(master, cluster.endpoint)), sh`base64 -w0 ${ADMIN_CONF}`])
      const { code, stdout, stderr } = await host.run(script, { title: 'its kubeconfig' })
      if (code === 0) return { text: Buffer.from(stdout, 'base64').toString() }
      return { why: (stdout + stderr).trim() || 'it did not answer to the end' }
    } finally {
      await host.close()
    }
  } catch (error) {
    return { why: messageOf(error) }
  }
}
