import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ERRORS } from '../src/errors.js'
import { parseInventory } from '../src/inventory/read/parse.js'

const ROOT = path.join(import.meta.dirname, '..')
const NOT_OURS = ['node_modules', 'dist', '.git', 'coverage']

function filesUnder(directory: string): readonly string[] {
  return readdirSync(path.join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(directory, entry.name)
    if (NOT_OURS.includes(entry.name)) return []
    return entry.isDirectory() ? filesUnder(file) : [file]
  })
}

const FILES = filesUnder('.')
const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')
const DOCUMENTS = FILES.filter((file) => file.endsWith('.md'))
const README = textOf('README.md')

/** Fenced blocks and `spans`: where a command is meant to be typed. */
function codeOf(text: string): string {
  const blocks = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].map(([, block = '']) => block)
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return [...blocks, ...spans].join('\n')
}

function commandExists([first, second]: readonly string[]): boolean {
  const place = path.join(ROOT, 'src/commands', first ?? '')
  return existsSync(`${place}.ts`) || existsSync(second === undefined ? place : path.join(place, `${second}.ts`))
}

/** `tripod lab up` -> lab, up; what is no command of this form (`tripod --help`) is left out. */
function commandsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/\btripod ([a-z]+(?:-[a-z]+)*)(?: ([a-z]+))?/g)].map((match) => match.slice(1))
}

const unknownCommands = (file: string, text: string): readonly string[] =>
  commandsIn(text).flatMap((words) => (commandExists(words) ? [] : [`${file}: tripod ${words.join(' ')}`]))

describe('the documents', () => {
  test('name only commands of tripod that exist', () => {
    expect(DOCUMENTS.flatMap((file) => unknownCommands(file, codeOf(textOf(file))))).toEqual([])
    expect(commandsIn(codeOf(README)).length).toBeGreaterThan(15)
  })

  test('and so do hints and messages in the sources', () => {
    const quoted = (text: string) => [...text.matchAll(/\\?`tripod [^`]+`/g)].map(([span]) => span).join('\n')
    const sources = FILES.filter((file) => file.startsWith('src/') && file.endsWith('.ts'))
    expect(sources.flatMap((file) => unknownCommands(file, quoted(textOf(file))))).toEqual([])
  })

  test('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    const missing = [...DOCUMENTS, '.ci/run'].flatMap((file) =>
      [...textOf(file).matchAll(/\bnpm (?:run ([\w:-]+)|(test)\b)/g)].flatMap(([whole, script, test]) =>
        (script ?? test ?? '') in scripts ? [] : [`${file}: ${whole}`],
      ),
    )
    expect(missing).toEqual([])
  })

  test('link to files and headings that are there', () => {
    const dead = DOCUMENTS.flatMap((file) =>
      [...textOf(file).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) =>
        /^https?:/.test(link) || isThere(file, link) ? [] : [`${file}: ${link}`],
      ),
    )
    expect(dead).toEqual([])
  })
})

function isThere(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? from : path.posix.join(path.posix.dirname(from), file)
  if (!existsSync(path.join(ROOT, target))) return false
  return anchor === undefined || headingsOf(textOf(target)).includes(anchor)
}

/** Headings as the anchors that renderers of Markdown make of them. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s+/g, '-'),
  )
}

describe('the README', () => {
  test('is short, and begins with the command that CI calls', () => {
    expect(README.split('\n').length - 1).toBeLessThan(200)
    const commands = textOf('.ci/run')
      .split('\n')
      .filter((line) => line !== '' && !/^(#|set |cd )/.test(line))
    expect(commands).toEqual(['npm test'])
    expect(README).toMatch(/^npm test {2,}#/m)
  })

  test('shows an inventory that is valid and short', () => {
    const text = /```yaml\n([\s\S]*?)```/.exec(README)?.[1] ?? ''
    const result = parseInventory(text, path.join(ROOT, 'inventory.yaml'))
    expect(result).toMatchObject({ cluster: { name: 'lab' } })
    expect(text.split('\n').length).toBeLessThan(25)
  })

  test('has every exit status', () => {
    const table = [...README.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, cell = '']) => cell.split(',').map(Number))
    expect(table).toEqual(expect.arrayContaining(Object.values(ERRORS).map(({ exit }) => exit)))
    expect(table).toEqual(expect.arrayContaining([0, 2, 129, 143]))
  })
})

describe('the tree', () => {
  test('does not know where it lies, nor from where its packages came', () => {
    const places = ['src', 'test', 'docs', 'scripts', 'node_modules'].map((part) => `${ROOT}/${part}`)
    const texts = FILES.filter((file) => !/^[^/]+\.yaml$/.test(file) || file === 'inventory.example.yaml')
    expect(texts.filter((file) => places.some((place) => textOf(file).includes(place)))).toEqual([])
    const resolved = [...textOf('package-lock.json').matchAll(/"resolved": "([^"]+)"/g)].map(([, url = '']) => url)
    expect(resolved.filter((url) => !url.startsWith('https://registry.npmjs.org/'))).toEqual([])
  })
})
