import { html, type Markup } from './markup.js'
import type { Card } from './picture-tiers.js'

const LINE = 18
const CHIP = 20
const PAD = 10

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** About what a letter of that size takes; a picture cannot measure. */
const widthOf = (text: string, size: number): number => text.length * size * 0.55

/** Cut at the end of the box, told by an ellipsis; the whole text stands in the title of the card. */
function cut(text: string, size: number, width: number): string {
  const most = Math.floor(width / (size * 0.56))
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`
}

interface Chip {
  readonly text: string
  readonly x: number
  readonly row: number
  readonly width: number
}

function chipsIn(chips: readonly string[], width: number): readonly Chip[] {
  return chips.reduce<readonly Chip[]>((placed, text) => {
    const own = widthOf(text, 11.5) + 11
    const last = placed.at(-1)
    const x = last === undefined ? 0 : last.x + last.width + 5
    const fits = x + own <= width
    return [...placed, { text, x: fits ? x : 0, row: (last?.row ?? 0) + (fits ? 0 : 1), width: own }]
  }, [])
}

function linesOf(card: Card): number {
  return 2 + [card.says, card.signs.length > 0 ? 'signs' : '', card.disturbs].filter((line) => line !== '').length
}

function chipRows(card: Card, width: number): number {
  const last = chipsIn(card.chips, width - 2 * PAD).at(-1)
  return last === undefined ? 0 : last.row + 1
}

/** What the tallest of the cards takes. */
export function heightOf(cards: readonly Card[], width: number): number {
  const rows = Math.max(0, ...cards.map((card) => chipRows(card, width)))
  const lines = Math.max(0, ...cards.map(linesOf))
  return 2 * PAD - 4 + lines * LINE + (rows === 0 ? 0 : rows * (CHIP + 4) + 2)
}

export function drawCard(card: Card, box: Box): Markup {
  const [x, inner] = [box.x + PAD, box.width - 2 * PAD]
  const start = box.y + PAD + 11
  const rows = chipRows(card, box.width)
  const rest = start + 2 * LINE + (rows === 0 ? 0 : rows * (CHIP + 4) + 2)
  const { look, name, below } = card
  return html`<g
    >${titleOf(card)}<rect
      class="card ${look}"
      x="${box.x}"
      y="${box.y}"
      width="${box.width}"
      height="${box.height}"
      rx="6"
    />
    <text class="name" x="${x}" y="${start}">${cut(name, 14.5, inner)}</text
    ><text class="small" x="${x}" y="${start + LINE}">${cut(below, 12, inner)}</text
    >${chipsIn(card.chips, inner).map((chip) => drawChip(chip, x, start + LINE + 9))}${effects(card, { x, y: rest, width: inner })}</g
  >`
}

function titleOf({ name, below, chips, says, disturbs }: Card): Markup {
  const words = [name, below, chips.join(' '), says, disturbs].filter((word) => word !== '')
  return html`<title>${words.join(', ')}</title>`
}

function drawChip({ text, x, row, width }: Chip, left: number, top: number): Markup {
  const y = top + row * (CHIP + 4)
  return html`<rect class="chip" x="${left + x}" y="${y}" width="${width}" height="${CHIP}" rx="4" /><text
      class="chip-text"
      x="${left + x + width / 2}"
      y="${y + 14}"
      text-anchor="middle"
      >${text}</text
    >`
}

function effects({ says, signs, disturbs, look }: Card, at: Omit<Box, 'height'>): readonly Markup[] {
  const grave = look === 'worst' || look === 'unread'
  const line = (text: Markup | string, index: number, className: string): Markup =>
    html`<text class="${className}" x="${at.x}" y="${at.y + index * LINE}">${text}</text>`
  const drawn = signs.map(({ what, text }, index) => html`<tspan class="${what}" ${dx(index)}>${text}</tspan>`)
  return [
    ...(says === '' ? [] : [[says, look === 'unread' ? 'worst-text' : 'strong'] as const]),
    ...(drawn.length === 0 ? [] : [[html`${drawn}`, ''] as const]),
    ...(disturbs === '' ? [] : [[cut(`! ${disturbs}`, 12.5, at.width), grave ? 'worst-text' : 'hit'] as const]),
  ].map(([text, className], index) => line(text, index, className))
}

const dx = (index: number): Markup => (index === 0 ? html`` : html` dx="7"`)
