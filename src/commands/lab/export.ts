import { join } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/app/base-command.js'
import { headed } from '../../document/headed.js'
import type { LabExportDocument } from '../../document/lab-documents.js'
import { inventoryFlag, repeatable } from '../../cli/app/flags.js'
import { readBoxes } from '../../export/boxes.js'
import { cloudInitFiles } from '../../export/cloud-init.js'
import { publicKeyFor } from '../../export/public-key.js'
import { vagrantfile } from '../../export/vagrant.js'
import { writeFiles } from '../../export/write-files.js'
import { doubtsOf, vmsOf } from '../../export/vm.js'
import type { Cluster, Node } from '../../inventory/cluster.js'
import { loadInventory } from '../../inventory/read/load.js'
import { OS_NAMES } from '../../inventory/schema/node-schema.js'
import { readOs } from '../../inventory/read/read-os.js'
import { quote } from '../../shell.js'

export default class LabExport extends BaseCommand {
  static override summary = 'Write a Vagrantfile or cloud-init files: the machines of an inventory as virtual machines.'
  static override description =
    'Addresses, user and operating systems are those of the inventory; sizes go by role. Starts nothing.'
  static override enableJsonFlag = true
  static override args = {
    form: Args.string({ required: true, options: ['vagrant', 'cloud-init'], description: 'What to write.' }),
  }
  static override flags = {
    ...inventoryFlag,
    out: Flags.string({ required: true, helpValue: 'DIR', description: 'Directory for the files; made when missing.' }),
    overwrite: Flags.boolean({ description: 'Put new files in the place of those that are there.' }),
    'public-key': Flags.string({
      helpValue: 'FILE',
      description: 'Who may log in; the .pub beside the identityFile of each node, or of ~/.ssh, when left out.',
    }),
    os: Flags.option({
      options: OS_NAMES,
      default: 'debian12' as const,
      helpValue: 'OS',
      description: 'For nodes whose OS the inventory does not declare.',
    })(),
    box: repeatable('OS=BOX', 'vagrant: box for an operating system, rhel9=mine/rhel-9 (repeatable).'),
    gateway: Flags.string({
      helpValue: 'ADDRESS',
      description: "cloud-init: the machines' router; the first address of their network when left out.",
    }),
    nameserver: Flags.string({
      helpValue: 'ADDRESS',
      description: 'cloud-init: who answers them for names; the router when left out.',
    }),
  }
  static override examples = [
    '<%= config.bin %> lab export vagrant -i inventory.yaml --out machines',
    '<%= config.bin %> lab export cloud-init -i inventory.yaml --out machines --gateway 10.0.0.254',
  ]

  async run(): Promise<LabExportDocument> {
    const { args, flags } = await this.parse(LabExport)
    const { cluster } = await loadInventory(flags.inventory)
    const keys = new Map<Node, string>()
    for (const node of cluster.nodes) keys.set(node, await publicKeyFor(node, flags['public-key']))
    const os = readOs(flags.os) ?? { id: 'debian', version: '12' }
    const vms = vmsOf(cluster, { os, keyOf: (node) => keys.get(node) ?? '' })
    const files =
      args.form === 'vagrant'
        ? new Map([['Vagrantfile', vagrantfile(cluster, vms, readBoxes(flags.box ?? []))]])
        : cloudInitFiles(cluster, vms, flags)
    await writeFiles(flags.out, files, flags.overwrite)
    for (const doubt of doubtsOf(cluster)) this.say(doubt)
    const guessed = cluster.nodes.filter((node) => node.os === undefined).map(({ name }) => name)
    if (guessed.length > 0) this.say(`Taken for ${flags.os}, since the inventory does not say: ${guessed.join(', ')}`)
    this.log(`Wrote ${[...files.keys()].map((file) => join(flags.out, file)).join(', ')}`)
    this.log(
      `Next: ${args.form === 'vagrant' ? `cd ${quote(flags.out)} && vagrant up` : seedCommand(flags.out, cluster)}`,
    )
    return headed('lab-export', { directory: flags.out, files: [...files.keys()] })
  }
}

/** NoCloud's disk for one machine; the others go the same way. */
function seedCommand(out: string, { nodes }: Cluster): string {
  const name = nodes[0]?.name ?? ''
  const at = (file: string) => quote(join(out, name, file))
  return `cloud-localds --network-config=${at('network-config')} ${name}.img ${at('user-data')} ${at('meta-data')}`
}
