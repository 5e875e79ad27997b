import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/app/base-command.js'
import { connectionFlags, inventoryFlag, noInputFlag, progressFlags } from '../cli/app/flags.js'
import { kubeconfigPath, mergeKubeconfig, writeKubeconfig } from '../cli/session/keep-kubeconfig.js'
import { withSession } from '../cli/session/session.js'
import { fetchKubeconfig } from '../kubeconfig/fetch-kubeconfig.js'
import { Secret } from '../secret.js'

export default class KubeconfigCommand extends BaseCommand {
  static override summary = "Fetch the administrator's kubeconfig from a master that serves."
  static override description =
    'It goes to NAME.kubeconfig beside the inventory, readable by you alone: whoever has it owns the cluster. With --merge it ' +
    'goes into the kubeconfig that kubectl uses, under the name of the cluster; the context in use stays.'
  static override flags = {
    ...inventoryFlag,
    out: Flags.string({ char: 'o', helpValue: 'FILE', description: 'Another file to write.', exclusive: ['merge'] }),
    merge: Flags.boolean({ description: 'Merge it into $KUBECONFIG (the first file of it) or ~/.kube/config.' }),
    ...connectionFlags,
    ...noInputFlag,
    ...progressFlags,
  }
  static override examples = ['<%= config.bin %> kubeconfig', '<%= config.bin %> kubeconfig --merge']

  async run(): Promise<void> {
    const { flags } = await this.parse(KubeconfigCommand)
    await withSession('kubeconfig', flags, async ({ input, log }) => {
      const { text, from } = await fetchKubeconfig(input)
      log.redactor.know(new Secret(text))
      const { cluster } = input
      if (!flags.merge) {
        const path = flags.out ?? kubeconfigPath(cluster)
        const isNew = await writeKubeconfig(path, cluster, text)
        this.log(`${isNew ? 'Wrote' : 'Unchanged:'} ${path}, from ${from}. Try: kubectl --kubeconfig ${path} get nodes`)
        return
      }
      const path = ownKubeconfig()
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const { replaced, current } = await mergeKubeconfig(path, cluster, text)
      if (replaced.length > 0) this.say(`Replaced in ${path}: ${replaced.join(', ')}`)
      const use = current === cluster.name ? 'kubectl get nodes' : `kubectl --context ${cluster.name} get nodes`
      this.log(`${cluster.name} is in ${path}, from ${from}. Try: ${use}`)
    })
  }
}

function ownKubeconfig(): string {
  const [first = ''] = (process.env['KUBECONFIG'] ?? '').split(delimiter)
  return first === '' ? join(homedir(), '.kube/config') : first
}
