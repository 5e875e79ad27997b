/** What one apply and one reset of all machines showed. */
export interface Figures {
  readonly os: string
  /** `m1 containerd, haproxy; w1 swap`; `as installed`. */
  readonly start: string
  /** Lines of the images of all machines. */
  readonly compared: number
  /** `m1 + there /opt/cni d`. */
  readonly differences: readonly string[]
  readonly applySeconds: number
  readonly resetSeconds: number
}

/** By how much a round may be slower than the first. */
export const SLOWER = 1.2

const BEGIN =
  '<!-- Written by `npm run test:long` (test/lab/reset-image.long.test.ts) from here on: run it again, do not edit. -->'

/** docs/reset.md with the section of figures at its end written anew. */
export function withFigures(page: string, figures: readonly Figures[], rounds: readonly Figures[]): string {
  const [own = ''] = page.split(BEGIN)
  return `${own.trimEnd()}\n\n${BEGIN}\n\n${section(figures, rounds)}`
}

function section(figures: readonly Figures[], rounds: readonly Figures[]): string {
  return `## Measured

\`TRIPOD_TEST_LONG=1 npx vitest run --project lab test/lab/reset-image.long.test.ts\`: on four machines of the lab each (three masters, one worker,
Kubernetes served by the lab), an image of every machine is taken before an apply and after the reset that follows: /etc with owners, modes and
sums, packages with versions and holds, units enabled and active, fstab and swap, settings of the network (all others are the computer's), rules of iptables and nftables
with counters, users, groups, listening ports, addresses, and what lies in /opt, /srv, /usr/local, /var/lib and the like. What it leaves
out is named above. Swap that is really on is the computer's too: test/lab/swap.test.ts has it, one machine at a time.

| run | release | machines before | lines compared | differences | apply (s) | reset (s) |
|---|---|---|---|---|---|---|
${figures.map(row).join('\n')}

The same machines, one round after the other: each apply converges (the second plan is empty). The slowest took ${slowest(rounds, 'applySeconds')} times as long as the
first to apply, ${slowest(rounds, 'resetSeconds')} times to reset; more than ${SLOWER} fails the test.

| round | release | machines before | lines compared | differences | apply (s) | reset (s) |
|---|---|---|---|---|---|---|
${rounds.map(row).join('\n')}
`
}

function slowest(rounds: readonly Figures[], key: 'applySeconds' | 'resetSeconds'): string {
  const [first] = rounds
  return (Math.max(...rounds.map((one) => one[key])) / (first?.[key] ?? 1)).toFixed(2)
}

function row({ os, start, compared, differences, applySeconds, resetSeconds }: Figures, index: number): string {
  const cells = [index + 1, os, start, compared, differences.length, applySeconds.toFixed(0), resetSeconds.toFixed(0)]
  return `| ${cells.join(' | ')} |`
}
