import type { ErrorCode } from 'yaml'

/** What is read of yaml's YAMLParseError. */
interface YamlError {
  readonly code: ErrorCode
  readonly message: string
  readonly pos: readonly [number, number]
}

interface Explanation {
  readonly message: string
  readonly fix: string
}

const KNOWN: Partial<Record<ErrorCode, Explanation>> = {
  TAB_AS_INDENT: { message: 'a tab is used for indentation', fix: 'Indent with spaces.' },
  BAD_INDENT: {
    message: 'the indentation does not fit the lines above',
    fix: 'Indent with as many spaces as its neighbours have, and close brackets and quotes above.',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key reaches over several lines',
    fix: 'Write `key: value` on one line; mind the space after ":".',
  },
  MISSING_CHAR: {
    message: 'a character is missing here',
    fix: 'Close the quote or bracket, and write a space after ":" and "-".',
  },
  DUPLICATE_KEY: { message: 'the key stands twice in the same map', fix: 'Keep one of them.' },
  BAD_ALIAS: {
    message: 'an alias (*) has no anchor (&) before it',
    fix: 'Write the value out, or put it in quotes if "*" belongs to it.',
  },
  BAD_SCALAR_START: { message: 'a plain value cannot begin with this character', fix: 'Put the value in quotes.' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second ":" on the line',
    fix: 'Put the value in quotes, or begin a new line for the nested map.',
  },
  BAD_DIRECTIVE: { message: 'a line cannot begin with "%"', fix: 'Put the value in quotes.' },
  BAD_DQ_ESCAPE: {
    message: 'an unknown escape sequence in double quotes',
    fix: "Use single quotes ('), in which a backslash is only a backslash.",
  },
  TAG_RESOLVE_FAILED: {
    message: 'tags (!) are not supported in the inventory',
    fix: 'Take the tag out, or put the value in quotes if "!" belongs to it.',
  },
  UNEXPECTED_TOKEN: {
    message: 'something unexpected stands here',
    fix: 'Check quotes, brackets and indentation of this line and the one above.',
  },
}

/** Says in an operator's words what the YAML parser found, and what to write instead. */
export function explainYamlError(error: YamlError, text: string): Explanation {
  const [start] = error.pos
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start + 1)
  // The parser tells of tabs in many ways, depending on what stood before.
  if (/^[ ]*\t/.test(before) && error.code !== 'DUPLICATE_KEY') return KNOWN.TAB_AS_INDENT as Explanation
  const known = KNOWN[error.code]
  const reason = error.message.split('\n')[0] ?? ''
  return (
    known ?? {
      message: `not YAML: ${reason}`,
      fix: 'Check quotes, brackets and indentation of this line and the one above.',
    }
  )
}
