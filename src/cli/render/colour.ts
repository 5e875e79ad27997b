import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]

/** `--no-color` and TERM=dumb become NO_COLOR, the one switch that styleText, listr2, inquirer and oclif all read. */
export function applyColourChoice(argv: readonly string[], environment: NodeJS.ProcessEnv = process.env): void {
  if (!argv.includes('--no-color') && environment['TERM'] !== 'dumb') return
  environment['NO_COLOR'] = '1'
  delete environment['FORCE_COLOR']
}

/** How text is coloured; renderers get it passed in, so that they stay pure. */
export type Paint = (style: Style, text: string) => string

export const plain: Paint = (_style, text) => text

/**
 * Colours when `stream` is a terminal and neither NO_COLOR nor TERM=dumb says otherwise. One style at a time: Node 20 looks at
 * the stream only then, and paints a list of styles also into files.
 */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => [style].flat().reduceRight((inner, one) => styleText(one, inner, { stream }), text)
}
