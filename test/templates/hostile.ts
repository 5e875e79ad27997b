import fc from 'fast-check'

const PIECES = [
  '"', "'", '`', '\\', '\n', '\r', '\r\n', '\t', '\0', '$(id)', '${x}', '{{x}}', '{{{x}}}', '&', '<', '>', '|', ';', '#', ' #', ': ',
  '- ', '!', '%', '@', '*', '[', ']', '{', '}', '=', ',', '\\n', '\\u0041', '\u0007', '\u007f', '\u0085', '\u00a0', '\u2028', '\u2029',
  '\ufeff', '\u{1f600}', 'null', 'true', '---', '...', '[section]', '"""', "'''", '../', ' ', 'a',
] as const // prettier-ignore

/** Texts that mean something to shells, YAML, TOML, INI and apt. */
export const hostile = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
