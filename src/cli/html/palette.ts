/** The colours of a scheme, by what they are for. */
export interface Palette {
  readonly page: string
  readonly surface: string
  readonly sunken: string
  readonly line: string
  readonly text: string
  readonly muted: string
  readonly accent: string
  readonly create: string
  readonly update: string
  readonly remove: string
  readonly run: string
  readonly maybe: string
  readonly added: string
  readonly removed: string
  readonly notice: string
  readonly alarm: string
}

export const LIGHT: Palette = {
  page: '#f6f7f8',
  surface: '#ffffff',
  sunken: '#f0f2f4',
  line: '#d5dae0',
  text: '#1a2027',
  muted: '#525c68',
  accent: '#0b57a4',
  create: '#17632c',
  update: '#7d4e00',
  remove: '#a51d1d',
  run: '#0b5f73',
  maybe: '#6236a8',
  added: '#e6f4ea',
  removed: '#fce9e8',
  notice: '#fdf3dd',
  alarm: '#fce9e8',
}

export const DARK: Palette = {
  page: '#121518',
  surface: '#1a1e23',
  sunken: '#23282e',
  line: '#3a424b',
  text: '#e7eaed',
  muted: '#a8b1bb',
  accent: '#7fb6f5',
  create: '#7ed196',
  update: '#efb95c',
  remove: '#ff9d96',
  run: '#74cbdc',
  maybe: '#c6aaff',
  added: '#15301f',
  removed: '#3b1d1e',
  notice: '#352a12',
  alarm: '#3b1d1e',
}

/** Texts and what they stand on; the contrast of each is at least 4.5 to 1 (WCAG AA). */
export const PAIRS: readonly (readonly [text: keyof Palette, ground: keyof Palette])[] = [
  ...(['page', 'surface', 'sunken', 'added', 'removed', 'notice', 'alarm'] as const).map(
    (ground) => ['text', ground] as const,
  ),
  ...(['muted', 'accent', 'create', 'update', 'remove', 'run', 'maybe'] as const).flatMap((text) =>
    (['page', 'surface', 'sunken', 'notice', 'alarm'] as const).map((ground) => [text, ground] as const),
  ),
  ['create', 'added'],
  ['remove', 'removed'],
]

/** `--page:#fff;...`: the scheme as CSS variables. */
export function variablesOf(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${String(colour)}`)
    .join(';')
}
