import type { Facts } from '../facts.js'
import { linesOf, printable, type Sections } from './sections.js'

type Repository = NonNullable<Facts['packages']['repositories']>[number]

/** Reads the apt sources that the script found, as lines `path:line` (formats: sources.list(5)). Switched off ones are left out. */
export function parseRepositories(sections: Sections): readonly Repository[] {
  if (!sections.has('repositories')) return []
  const files = new Map<string, string[]>()
  for (const row of linesOf(sections.text('repositories'))) {
    const [, path = '', line = ''] = /^([^:]+):(.*)$/.exec(row) ?? []
    if (!line.startsWith('#')) files.set(path, [...(files.get(path) ?? []), line])
  }
  return [...files].flatMap(([path, lines]) =>
    path.endsWith('.sources') ? stanzas(lines, path) : lines.flatMap((line) => oneLine(line, path)),
  )
}

function oneLine(line: string, path: string): readonly Repository[] {
  const [, options = '', uri = '', suite = ''] = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)/.exec(line) ?? []
  return uri === '' ? [] : [repository(uri, suite, path, /signed-by=(\S+)/i.exec(options)?.[1])]
}

function stanzas(lines: readonly string[], path: string): readonly Repository[] {
  return lines
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const field = (name: string) => new RegExp(`^${name}:\\s*(.*(?:\\n[ \\t].*)*)`, 'im').exec(stanza)?.[1]?.trim()
      if (/^no$/i.test(field('Enabled') ?? '') || !/\bdeb\b/.test(field('Types') ?? '')) return []
      const suites = (field('Suites') ?? '').split(/\s+/)
      const uris = (field('URIs') ?? '').split(/\s+/)
      return uris.flatMap((uri) => suites.map((suite) => repository(uri, suite, path, field('Signed-By'))))
    })
}

function repository(uri: string, suite: string, path: string, signedBy: string | undefined): Repository {
  const words = { uri: printable(uri).replace(/\/*$/, ''), suite: printable(suite), path: printable(path) }
  return { ...words, ...(signedBy === undefined ? {} : { signedBy: printable(signedBy) }) }
}
