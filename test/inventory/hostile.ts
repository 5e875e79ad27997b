import fc from 'fast-check'

/** Characters that are syntax to a shell, YAML, TOML, INI or HAProxy, or that end a line. */
export const HOSTILE_CHARACTERS = Array.from('\'"\n\r\t\0\x1b\x7f`$;&|<>\\{}#!()\u2028\u0085')

const PIECES = [
  ...HOSTILE_CHARACTERS,
  '$(touch /tmp/hit)',
  '`touch /tmp/hit`',
  "'; touch /tmp/hit; '",
  '"\nroot: true\nx: "',
  '\n[plugins]\n',
  "''' \n",
  '"""\n',
  '${IFS}',
  '{{{x}}}',
  ': ',
  ' #',
  '- ',
  '&a ',
  '*a',
  '!!binary ',
  '%0a',
  '\\n',
  '../../etc/passwd',
  '-oProxyCommand=id',
]

/** Texts meant to break out of whatever they are written into: something right, with something hostile in or around it. */
export function hostileText(example: string): fc.Arbitrary<string> {
  const around = fc.constantFrom('', example, example.slice(0, 1), example.slice(-1))
  const piece = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...PIECES) },
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  return fc
    .tuple(around, fc.array(piece, { minLength: 1, maxLength: 4 }), around)
    .map(([head, pieces, tail]) => [head, ...pieces, tail].join(''))
}
