import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bridgeOf, networkOf } from '../machine/kernel-names.js'
import { attempt, local } from '../local.js'
import { RUN_DIRECTORY } from '../places.js'
import type { LabRecord } from '../record.js'
import { writeOnce } from '../machine/write-once.js'

type Of = Pick<LabRecord, 'subnet'>

interface Rule {
  readonly table: string
  readonly chain: string
  readonly match: readonly string[]
}

const NOTES = join(RUN_DIRECTORY, 'tables.json')

/** Lets the lab's machines out, and lets them reach and pass this computer where its chains drop (a firewall, Docker). */
export async function addRules(lab: Of): Promise<void> {
  for (const { table, chain, match } of rules(lab)) {
    const present = await attempt('iptables', ['-w', '-t', table, '-C', chain, ...match])
    if (present.code !== 0) await local('iptables', ['-w', '-t', table, '-I', chain, ...match])
  }
}

/** Takes the lab's rules away, those of them that are there. */
export async function removeRules(lab: Of): Promise<void> {
  for (const { table, chain, match } of rules(lab)) {
    const present = await attempt('iptables', ['-w', '-t', table, '-C', chain, ...match])
    if (present.code === 0) await local('iptables', ['-w', '-t', table, '-D', chain, ...match])
  }
}

/** Notes which tables iptables has before the first lab adds to them. */
export async function noteTables(): Promise<void> {
  await writeOnce(NOTES, JSON.stringify(Object.keys(await tables())))
}

/** Drops the tables that came with the labs, if nobody else has put anything into them since. For the last lab to go. */
export async function removeTables(): Promise<void> {
  const before = JSON.parse(await readFile(NOTES, 'utf8').catch(() => 'null')) as string[] | null
  for (const [table, untouched] of Object.entries(await tables())) {
    // Without nft (or with the older iptables) an empty table stays, which does nothing.
    if (before?.includes(table) === false && untouched) await attempt('nft', ['delete', 'table', 'ip', table])
  }
  await rm(NOTES, { force: true })
}

/** Name of each table -> whether it has no rule, no chain of its own and no policy but ACCEPT. */
async function tables(): Promise<Readonly<Record<string, boolean>>> {
  const saved = await attempt('iptables-save', [])
  const parts = saved.stdout.split(/^\*/m).slice(1)
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', ...rest] = part.split('\n')
      return [name, rest.every((line) => !/^(-A|:)/.test(line) || /^:[A-Z]+ ACCEPT /.test(line))]
    }),
  )
}

/**
 * Only what leaves the bridge is masqueraded: where the kernel shows bridged packets to iptables, VRRP between machines would
 * get another sender.
 */
function rules(lab: Of): readonly Rule[] {
  const bridge = bridgeOf(lab)
  const out = ['-s', networkOf(lab), '!', '-o', bridge, '-j', 'MASQUERADE']
  return [
    { table: 'nat', chain: 'POSTROUTING', match: out },
    { table: 'filter', chain: 'INPUT', match: ['-i', bridge, '-j', 'ACCEPT'] },
    { table: 'filter', chain: 'FORWARD', match: ['-i', bridge, '-j', 'ACCEPT'] },
    { table: 'filter', chain: 'FORWARD', match: ['-o', bridge, '-j', 'ACCEPT'] },
  ]
}
