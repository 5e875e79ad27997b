import { relative } from 'node:path'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { labNameFlag } from '../../cli/lab-flags.js'
import { describeLab } from '../../lab/describe.js'
import { DEBIAN_RELEASES, up, type DebianRelease, type Lab } from '../../lab/index.js'

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
      description:
        'Serve the images of a Kubernetes that says it is this version (1.22.17); compiled once, about 4 minutes.',
    }),
    os: Flags.option({ options: DEBIAN_RELEASES, description: 'What the machines run. Default debian12.' })(),
  }
  static override examples = [
    '<%= config.bin %> lab up',
    '<%= config.bin %> lab up --name trixie --os debian13 --nodes 3',
  ]

  async run(): Promise<Lab> {
    const { flags } = await this.parse(LabUp)
    const os: DebianRelease | undefined = flags.os
    const lab = await up({
      name: flags.name,
      ...(flags.nodes === undefined ? {} : { nodes: flags.nodes }),
      ...(flags['load-balancers'] === undefined ? {} : { balancers: flags['load-balancers'] }),
      ...(flags.kubernetes === undefined ? {} : { kubernetes: flags.kubernetes }),
      ...(os === undefined ? {} : { os }),
      log: (line) => {
        this.say(line)
      },
    })
    this.log(describeLab(lab, relative(process.cwd(), lab.inventoryPath)))
    return lab
  }
}
