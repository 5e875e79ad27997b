import type { Past } from './scenarios.js'

/** What one apply showed of its plan. */
export interface Figures {
  readonly os: string
  readonly seed: number
  readonly past: Past
  readonly steps: number
  readonly ops: number
  readonly maybe: number
  readonly executed: number
  /** Ids of ops that were carried out and not planned, that were planned as sure and not carried out, and that a second plan has. */
  readonly unplanned: readonly string[]
  readonly skipped: readonly string[]
  readonly left: readonly string[]
  /** `m1 haproxy.service`. */
  readonly restarts: { readonly planned: readonly string[]; readonly actual: readonly string[] }
}

export const maybeShare = ({ ops, maybe }: Figures): number => (ops === 0 ? 0 : maybe / ops)

/** docs/fidelity.md. */
export function figuresPage(figures: readonly Figures[]): string {
  const sum = (key: (one: Figures) => number): number => figures.reduce((total, one) => total + key(one), 0)
  const fresh = figures.filter(({ past }) => past === 'fresh')
  const share = Math.max(0, ...fresh.map(maybeShare))
  return `# Fidelity of plans

<!-- Written by \`npm run test:long\` (test/lab/fidelity.test.ts): run it again, do not edit. -->

Whether what a plan says is what an apply does, on machines of the lab: ${figures.length} seeded inventories, two machines each, a choice
of the steps that need no cluster. Fresh: as installed. Half prepared: somebody installed or wrote part of it by hand. Drifted: applied, then
damaged by hand. Ops carried out are those of \`tripod apply --events\`; a service that was taken down is one that ran before the apply
and that systemd's journal says was stopped during it.

| | |
|---|---|
| Ops planned | ${sum((one) => one.ops)} |
| Ops carried out | ${sum((one) => one.executed)} |
| Carried out and not planned | ${sum((one) => one.unplanned.length)} |
| Planned as sure and not carried out | ${sum((one) => one.skipped.length)} |
| Restarts planned, services taken down | ${sum((one) => one.restarts.planned.length)}, ${sum((one) => one.restarts.actual.length)} |
| Largest share of maybe on fresh machines | ${(share * 100).toFixed(1)}% |
| Ops in the plan after the apply | ${sum((one) => one.left.length)} |

| OS | seed | machines | steps | planned | maybe | carried out | not planned | restarts planned | taken down | left |
|---|---|---|---|---|---|---|---|---|---|---|
${figures.map(row).join('\n')}
`
}

function row({ os, seed, past, steps, ops, maybe, executed, unplanned, restarts, left }: Figures): string {
  const cells = [os, seed, past, steps, ops, maybe, executed, unplanned.length]
  return `| ${[...cells, restarts.planned.length, restarts.actual.length, left.length].join(' | ')} |`
}
