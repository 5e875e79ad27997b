import { Flags } from '@oclif/core'
import { ONLY_YES, openAsker } from '../../cli/prompts/asker.js'
import { BaseCommand } from '../../cli/app/base-command.js'
import { escapeLine } from '../../cli/render/escape.js'
import { connectionFlags, inventoryFlag, noInputFlag, repeatable, selectorFlags } from '../../cli/app/flags.js'
import { operatorCredentials } from '../../cli/session/operator-secrets.js'
import { worded, wordingOf } from '../../cli/session/wording.js'
import { headed } from '../../document/headed.js'
import type { TrustScanDocument } from '../../document/local-documents.js'
import { selectNodes } from '../../engine/plan/select.js'
import type { ScannedKey } from '../../host/trust/trust.js'
import { trustHosts, type TrustedKey } from '../../host/trust/trust-hosts.js'
import { loadInventory } from '../../inventory/read/load.js'
import { Redactor } from '../../secret.js'

export default class TrustScan extends BaseCommand {
  static override summary = 'Show the host keys of the machines and store the new ones after a yes.'
  static override description =
    'Nothing is logged in to, except bastions that are trusted already. Compare the fingerprints with the consoles of the ' +
    'machines: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub. New keys go to the known_hosts file of the project.'
  static override enableJsonFlag = true
  static override flags = {
    ...inventoryFlag,
    node: selectorFlags.node,
    'skip-node': selectorFlags['skip-node'],
    ...connectionFlags,
    ...noInputFlag,
    yes: Flags.boolean({ char: 'y', description: 'Store new keys without asking.' }),
    replace: repeatable('NAME', 'Put the changed key of this node in place of the stored one (repeatable).'),
  }
  static override examples = ['<%= config.bin %> trust scan', '<%= config.bin %> trust scan --node m1 --replace m1']

  async run(): Promise<TrustScanDocument> {
    const { flags } = await this.parse(TrustScan)
    const { cluster } = await loadInventory(flags.inventory)
    const { node, 'skip-node': skip, replace = [] } = flags
    if (replace.length > 0) selectNodes(cluster, { nodes: replace })
    const nodes = selectNodes(cluster, { ...(node && { nodes: node }), ...(skip && { skipNodes: skip }) })
    const asker = openAsker({ noInput: flags['no-input'] })
    const wanted = { asker, redactor: new Redactor(), environment: process.env }
    const notice = (text: string): void => {
      this.say(text)
    }
    const agree = async (keys: readonly ScannedKey[]): Promise<boolean> =>
      flags.yes || (await asker?.words(question(keys.length))) === 'yes'
    const keys = await trustHosts({
      nodes,
      options: { credentials: await operatorCredentials(flags, nodes, wanted), notice },
      replace,
      show: (key) => {
        this.log(escapeLine(line(key)))
      },
      agree,
    }).catch((error: unknown) => {
      throw worded(error, wordingOf(flags, { work: 'trust scan', skips: true }))
    })
    const stored = keys.filter((key) => key.stored)
    if (stored.length > 0) this.say(`Stored in ${[...new Set(stored.map((key) => key.store))].join(', ')}`)
    return headed('trust-scan', { keys: keys.map(row) })
  }
}

function line({ label, address, type, fingerprint, state, contradiction }: ScannedKey): string {
  const found = contradiction === undefined ? state : `${state} (${contradiction})`
  return `${label.padEnd(12)} ${address.padEnd(22)} ${type.padEnd(20)} ${fingerprint}  ${found}`
}

function question(count: number): string {
  const what = count === 1 ? 'this key' : `these ${String(count)} keys`
  return `Store ${what}? Do the consoles show the same? ${ONLY_YES}`
}

function row({ label, address, type, fingerprint, state, stored }: TrustedKey): TrustScanDocument['keys'][number] {
  return { node: label, address, type, fingerprint, state, stored }
}
