import type * as z from 'zod'
import { dualStack } from '../check/dual-stack.js'
import { roleFix, roleList } from '../read/meant-role.js'
import { nearest } from '../read/nearest.js'
import { type Pattern, PATTERNS, patternOf } from './patterns.js'
import { type Finding, type Path, spellPath, spellValue, valueAt } from '../read/problem.js'
import { keysAt, placesOf, schemaAt } from './schema-at.js'
import { secretKey } from '../check/secret-key.js'

type Issue = z.core.$ZodIssue

function error(path: Path, message: string, fix: string, more: Pick<Finding, 'at' | 'code' | 'secret'> = {}): Finding {
  return { severity: 'error', path, message, fix, ...more }
}

function unknownKey(path: Path, key: string): Finding {
  const keys = keysAt(path)
  const meant = nearest(key, keys)
  const [place] = placesOf(key)
  const where = path.length === 0 ? 'at the top level' : `in ${spellPath(path)}`
  const known = `The keys there are: ${keys.join(', ')}.`
  const elsewhere = place === undefined ? known : `"${key}" belongs under ${place}.`
  const fix = meant === undefined ? elsewhere : `Did you mean ${meant}?`
  return error([...path, key], `unknown key ${spellValue(key)} ${where}`, fix, { at: 'key' })
}

function textFix(text: string, pattern: Pattern): string {
  if (pattern.regex === PATTERNS.proxyAddress.regex && text.includes('@'))
    return 'Write env:NAME or file:PATH in its place.'
  const mended = pattern.mend?.(text)
  const usable = mended !== undefined && mended !== text && pattern.regex.test(mended)
  return usable ? `Write ${mended}` : `Write for example ${pattern.example}`
}

function wrongText(path: Path, value: unknown, pattern: Pattern, at?: 'key'): Finding {
  const fix = textFix(String(value), pattern)
  const code = pattern.code === undefined ? {} : { code: pattern.code }
  // A secret written in the place of its source, or a key in that of its file, is not repeated.
  const isProxy = pattern.regex === PATTERNS.proxyAddress.regex && String(value).includes('@')
  const isSecret =
    isProxy || pattern.regex === PATTERNS.secretSource.regex || String(value).includes('PRIVATE KEY-----')
  const message = `${isSecret ? 'the value' : spellValue(value)} is not ${pattern.what}: ${pattern.allowed}`
  return error(path, message, fix, { ...(at ? { at } : {}), ...code, ...(isSecret ? { secret: true } : {}) })
}

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}

function missing(path: Path): Finding {
  const parent = path.length > 1 ? ` in ${spellPath(path.slice(0, -1))}` : ''
  const description = schemaAt(path).find((node) => node.description !== undefined)?.description
  const about = description === undefined ? '' : `  # ${description}`
  return error(path, `${String(path.at(-1))} is missing${parent}`, `Add \`${String(path.at(-1))}:\`${about}`)
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  return Array.isArray(value) ? 'a list' : (KINDS[typeof value] ?? typeof value)
}

function wrongKind(path: Path, value: unknown, expected: string): Finding {
  if (value === undefined) return missing(path)
  const wanted = KINDS[expected] ?? expected
  const name = path.length === 0 ? 'the inventory' : spellPath(path)
  const message = `${name} must be ${wanted}, not ${kindOf(value)}${typeof value === 'object' ? '' : ` (${spellValue(value)})`}`
  return error(path, message, kindFix(path, value, expected))
}

function kindFix(path: Path, value: unknown, expected: string): string {
  const wanted = KINDS[expected] ?? expected
  const name = String(path.at(-1) ?? 'cluster')
  const plain = typeof value === 'number' || typeof value === 'boolean'
  if (value === null) return 'Give it a value, or take the line away.'
  if (expected === 'string' && plain) return asTextFix(path, String(value))
  if (expected === 'array' && typeof value === 'string')
    return `Write it as a list: ${name === 'roles' ? roleList(value) : `[${value}]`}`
  if (expected === 'array') return 'Write it as a list: begin each entry with "- ".'
  if (expected === 'boolean') return 'Write true or false, without quotes.'
  if (wanted === 'a map') return `Write \`${name}:\` and below it, indented, one \`key: value\` per line.`
  return `Write ${wanted}, without quotes.`
}

/** What a text must look like at a place, where there is but one such. */
function patternAt(path: Path): Pattern | undefined {
  const source = schemaAt(path).find((node) => node.pattern !== undefined)?.pattern
  return source === undefined ? undefined : patternOf(`/${source}/u`)
}

function asTextFix(path: Path, text: string): string {
  const pattern = patternAt(path)
  return pattern === undefined || pattern.regex.test(text) ? `Put it in quotes: "${text}"` : textFix(text, pattern)
}

function wrongChoice(path: Path, data: unknown, values: readonly unknown[]): Finding {
  const value = valueAt(data, path)
  const options = values.map(String)
  if (value === undefined) return missing(path)
  if (value === null) return wrongKind(path, value, `one of ${options.join(', ')}`)
  const meant = typeof value === 'string' ? nearest(value, options) : undefined
  const siblings = valueAt(data, path.slice(0, -1))
  const isRole = path.at(-2) === 'roles' && typeof value === 'string' && Array.isArray(siblings)
  const fix = meant === undefined ? `Use one of: ${options.join(', ')}` : `Did you mean ${meant}?`
  return error(
    path,
    `${spellValue(value)} is not one of ${options.join(', ')}`,
    isRole ? roleFix(value, { roles: siblings, at: Number(path.at(-1)) }) : fix,
  )
}

// A value of another kind altogether, rather than one with something wrong in it.
function otherKind(issue: Issue | undefined, value: unknown): string | undefined {
  if (issue === undefined || issue.path.length > 0) return undefined
  if (issue.code === 'invalid_type') return KINDS[issue.expected] ?? issue.expected
  return issue.code === 'invalid_value' && typeof value !== 'string' ? issue.values.map(String).join(' or ') : undefined
}

// Of a union the alternative of the right kind that fits best.
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, data: unknown, path: Path): readonly Finding[] {
  const value = valueAt(data, path)
  const fitting = issue.errors.filter(([first]) => otherKind(first, value) === undefined)
  const [best] = [...fitting].sort((one, other) => one.length - other.length)
  if (best) return best.flatMap((inner) => explainIssue(inner, data, path))
  const kinds = [...new Set(issue.errors.map(([first]) => otherKind(first, value)))].join(' or ')
  return [error(path, `${spellPath(path)} must be ${kinds}, not ${kindOf(value)}`, `Write ${kinds}.`)]
}

/** Turns one issue of the schema into findings in an operator's words. `data` is the whole inventory as read. */
export function explainIssue(issue: Issue, data: unknown, above: Path = []): readonly Finding[] {
  const path = [...above, ...(issue.path as Path)]
  const value = valueAt(data, path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => secretKey(path, key) ?? unknownKey(path, key))
    case 'invalid_type':
      return [
        (issue.expected === 'string' ? dualStack(path, data) : undefined) ?? wrongKind(path, value, issue.expected),
      ]
    case 'invalid_value':
      return [wrongChoice(path, data, issue.values)]
    case 'invalid_format': {
      const several = dualStack(path, data)
      if (several !== undefined) return [several]
      const pattern = patternOf(issue.pattern ?? '')
      return pattern
        ? [wrongText(path, value, pattern)]
        : [error(path, `${spellValue(value)} is not right`, 'Correct it.')]
    }
    case 'invalid_key': {
      const inner = issue.issues[0]
      const pattern = inner?.code === 'invalid_format' ? patternOf(inner.pattern ?? '') : undefined
      const key = String(path.at(-1))
      return pattern
        ? [wrongText(path, key, pattern, 'key')]
        : [error(path, `${spellValue(key)} is not a right key`, 'Correct it.', { at: 'key' })]
    }
    case 'invalid_union':
      return explainUnion(issue, data, path)
    case 'too_small':
    case 'too_big':
      return [outOfRange(path, value, issue)]
    case 'custom':
    case 'invalid_element':
    case 'not_multiple_of':
      return [error(path, `${spellPath(path)}: ${issue.message}`, 'Correct it.')]
  }
}

function outOfRange(path: Path, value: unknown, issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): Finding {
  if (issue.origin === 'array' && issue.code === 'too_small')
    return error(path, `${spellPath(path)} is empty`, 'Name at least one.')
  const limit = issue.code === 'too_small' ? `at least ${String(issue.minimum)}` : `at most ${String(issue.maximum)}`
  return error(path, `${spellPath(path)} must be ${limit}, not ${spellValue(value)}`, `Write a value of ${limit}.`)
}
