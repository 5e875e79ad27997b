import type { PlanDocument } from '../../document/plan-document.js'
import { html, type Markup } from './markup.js'
import { drawCard, heightOf } from './picture-card.js'
import { tiersOf, type Tier } from './picture-tiers.js'

const GAP = 9
const PAD = 9
const TITLE = 24
const WIRE = 30

/** All in the units of the view box, which are pixels where it is not scaled. */
interface Frame {
  readonly width: number
  /** Beside the tiers; on the right the wire runs up from the workers. */
  readonly left: number
  readonly right: number
  readonly perRow: number
  /** Of the boxes that stand for themselves. */
  readonly single: number
  readonly className: 'wide' | 'narrow'
}

const WIDE: Frame = { width: 920, left: 26, right: 26, perRow: 4, single: 240, className: 'wide' }
const NARROW: Frame = { width: 358, left: 0, right: 20, perRow: 2, single: 214, className: 'narrow' }

interface Placed {
  readonly tier: Tier
  readonly top: number
  readonly height: number
}

/** The cluster as inline SVG: once for a screen and once for a telephone, one of them shown. */
export function clusterPicture(document: PlanDocument): Markup {
  const tiers = tiersOf(document)
  return html`<div class="panel picture">${[WIDE, NARROW].map((frame) => draw(tiers, frame, describe(document)))}</div>`
}

function describe({ cluster }: PlanDocument): string {
  const { host, port, layout } = cluster.endpoint
  const balanced =
    layout === 'external'
      ? 'your own load balancer'
      : layout === 'L1'
        ? 'load balancers of their own'
        : 'load balancers on the masters'
  return `Cluster ${cluster.name}: the API at ${host}:${String(port)} through ${balanced}, and what the plan changes on each machine`
}

const isSingle = ({ id }: Tier): boolean => id === 'operator' || id === 'endpoint'
const innerWidth = ({ width, left, right }: Frame): number => width - left - right
const middleOf = (frame: Frame): number => frame.left + innerWidth(frame) / 2

function cardWidth(tier: Tier, frame: Frame): number {
  if (isSingle(tier)) return frame.single
  return (innerWidth(frame) - 2 * PAD - (frame.perRow - 1) * GAP) / frame.perRow
}

const rowsOf = ({ cards }: Tier, { perRow }: Frame): number => Math.ceil(cards.length / perRow)
/** Five are three and two, not four and one. */
const inRow = (tier: Tier, frame: Frame): number => Math.ceil(tier.cards.length / rowsOf(tier, frame))

function tierHeight(tier: Tier, frame: Frame): number {
  const card = heightOf(tier.cards, cardWidth(tier, frame))
  const rows = rowsOf(tier, frame)
  return isSingle(tier) ? card : TITLE + 2 * PAD - 3 + rows * card + (rows - 1) * GAP
}

function place(tiers: readonly Tier[], frame: Frame): readonly Placed[] {
  return tiers.reduce<readonly Placed[]>((placed, tier) => {
    const last = placed.at(-1)
    const top = last === undefined ? 1 : last.top + last.height + WIRE
    return [...placed, { tier, top, height: tierHeight(tier, frame) }]
  }, [])
}

function draw(tiers: readonly Tier[], frame: Frame, title: string): Markup {
  const placed = place(tiers, frame)
  const last = placed.at(-1)
  const height = last === undefined ? 0 : last.top + last.height + 1
  return html`<svg class="${frame.className}" viewBox="0 0 ${frame.width} ${height}" role="img" aria-label="${title}">
    <title>${title}</title>
    ${wires(placed, frame)}${placed.map((one) => drawTier(one, frame))}
  </svg>`
}

function drawTier({ tier, top, height }: Placed, frame: Frame): Markup {
  const [width, most] = [cardWidth(tier, frame), inRow(tier, frame)]
  const tall = heightOf(tier.cards, width)
  const inner = top + (isSingle(tier) ? 0 : TITLE + PAD - 3)
  const cards = tier.cards.map((card, index) => {
    const row = Math.floor(index / most)
    const beside = Math.min(most, tier.cards.length - row * most)
    // Every row stands in the middle, for the wires do.
    const start = middleOf(frame) - (beside * width + (beside - 1) * GAP) / 2
    const x = start + (index % most) * (width + GAP)
    return drawCard(card, { x, y: inner + row * (tall + GAP), width, height: tall })
  })
  if (isSingle(tier)) return html`${cards}`
  const panel = html`<rect
    class="tier"
    x="${frame.left}"
    y="${top}"
    width="${innerWidth(frame)}"
    height="${height}"
    rx="8"
  />`
  return html`${panel}<text class="title" x="${frame.left + PAD}" y="${top + TITLE - 4}">${tier.title}</text>${cards}`
}

/** What the wire below a tier carries. */
const CARRIES: Readonly<Record<Tier['id'], string>> = {
  operator: 'API calls',
  endpoint: '',
  balancers: 'to ready API servers',
  masters: '',
  workers: '',
}

function wires(placed: readonly Placed[], frame: Frame): readonly Markup[] {
  const x = middleOf(frame)
  return placed.slice(0, -1).flatMap(({ tier, top, height }, index) => {
    const next = placed[index + 1]
    if (next === undefined) return []
    if (next.tier.id === 'workers') return [fromWorkers(placed, frame)]
    const start = top + height
    return [arrow(x, start, next.top), label(x, start, CARRIES[tier.id])]
  })
}

function arrow(x: number, from: number, to: number): Markup {
  return html`<path class="wire" d="M${x} ${from}V${to - 6}" /><path class="head" d="M${x} ${to}l-5 -8h10z" />`
}

function label(x: number, top: number, text: string): Markup {
  return text === '' ? html`` : html`<text class="small" x="${x + 12}" y="${top + 19}">${text}</text>`
}

/** Kubelets speak to the API through its endpoint: up the right side, past the masters. */
function fromWorkers(placed: readonly Placed[], frame: Frame): Markup {
  const endpoint = placed.find(({ tier }) => tier.id === 'endpoint')
  const workers = placed.at(-1)
  if (endpoint === undefined || workers === undefined) return html``
  const side = frame.width - 8
  const to = middleOf(frame) + frame.single / 2
  const [bottom, top] = [workers.top + 24, endpoint.top + endpoint.height / 2]
  const path = `M${String(frame.width - frame.right)} ${String(bottom)}H${String(side)}V${String(top)}H${String(to + 6)}`
  return html`<path class="wire" d="${path}" /><path class="head" d="M${to} ${top}l8 -5v10z" /><text
      class="small"
      x="${side - 8}"
      y="${top - 8}"
      text-anchor="end"
      >kubelets</text
    >`
}
