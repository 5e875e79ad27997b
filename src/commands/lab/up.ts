import { relative } from 'node:path'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/app/base-command.js'
import { labNameFlag } from '../../cli/app/lab-flags.js'
import { describeLab } from '../../lab/describe.js'
import { headed } from '../../document/headed.js'
import type { LabUpDocument } from '../../document/lab-documents.js'
import { DEBIAN_RELEASES, list, SERVED_KUBERNETES, up, type DebianRelease } from '../../lab/index.js'

const DEFAULTS = DEBIAN_RELEASES.map((os) => `${SERVED_KUBERNETES[os]} on ${os}`).join(', ')

export default class LabUp extends BaseCommand {
  static override summary = 'Bring real machines up on this computer, and write the inventory for them.'
  static override description =
    'Debian trees booted by systemd-nspawn, each with its own network, sshd, apt and disk. Needs root. Safe to run again: what stands is left alone, what is off or cut is put right.'
  static override enableJsonFlag = true
  static override flags = {
    ...labNameFlag,
    nodes: Flags.integer({
      min: 1,
      description: 'Number of machines: 3 masters and workers; below 3, one master. Default 4.',
    }),
    'load-balancers': Flags.integer({
      min: 0,
      description: 'Machines for the load balancer alone, besides. Default 0: the masters carry it.',
    }),
    kubernetes: Flags.string({
      description: `Serve packages and images of a Kubernetes that says it is this version; compiled once, about 4 minutes. Default ${DEFAULTS}.`,
    }),
    upstream: Flags.boolean({
      exclusive: ['kubernetes'],
      description:
        'Serve no Kubernetes: the inventory takes it from pkgs.k8s.io and registry.k8s.io, over the internet.',
    }),
    os: Flags.option({ options: DEBIAN_RELEASES, description: 'What the machines run. Default debian12.' })(),
  }
  static override examples = [
    '<%= config.bin %> lab up',
    '<%= config.bin %> lab up --name trixie --os debian13 --nodes 3',
    '<%= config.bin %> lab up --name online --upstream',
  ]

  async run(): Promise<LabUpDocument> {
    const { flags } = await this.parse(LabUp)
    const os: DebianRelease | undefined = flags.os
    const kubernetes = await kubernetesOf(flags)
    const lab = await up({
      name: flags.name,
      ...(flags.nodes === undefined ? {} : { nodes: flags.nodes }),
      ...(flags['load-balancers'] === undefined ? {} : { balancers: flags['load-balancers'] }),
      ...(kubernetes === undefined ? {} : { kubernetes }),
      ...(os === undefined ? {} : { os }),
      log: (line) => {
        this.say(line)
      },
    })
    this.log(describeLab(lab, relative(process.cwd(), lab.inventoryPath)))
    return headed('lab-up', { lab })
  }
}

/** What a lab is to serve; one that stands keeps what it has unless another version is asked for. */
async function kubernetesOf(flags: {
  readonly name: string
  readonly kubernetes: string | undefined
  readonly upstream: boolean
  readonly os: DebianRelease | undefined
}): Promise<string | false | undefined> {
  if (flags.upstream) return false
  if (flags.kubernetes !== undefined) return flags.kubernetes
  const stands = (await list()).some(({ lab }) => lab.name === flags.name)
  return stands ? undefined : SERVED_KUBERNETES[flags.os ?? 'debian12']
}
