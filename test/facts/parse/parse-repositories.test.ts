import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseRepositories } from '../../../src/facts/parse/parse-repositories.js'
import { readSections, type Sections } from '../../../src/facts/parse/sections.js'
import { factsScript } from '../../../src/facts/script.js'

const MARK = '00000000-0000-4000-8000-000000000000'

/** Sections of an answer in which these files were found. */
function found(files: Readonly<Record<string, string>>): Sections {
  const rows = Object.entries(files).flatMap(([path, text]) => text.split('\n').map((line) => `${path}:${line}`))
  const text = `tripod-facts ${MARK}\n${rows.join('\n')}\n\n${MARK} repositories 0\n\n${MARK} finish 0\n`
  return readSections(text, 'm1')
}

const URI = 'https://download.docker.com/linux/debian'

describe('repositories that a machine has already', () => {
  test('a list of one line for each', () => {
    const path = '/etc/apt/sources.list.d/docker.list'
    const list = `# by hand\ndeb [arch=amd64 signed-by=/etc/apt/keyrings/docker.asc] ${URI} bookworm stable\n#deb ${URI} trixie stable\ndeb-src ${URI} trixie stable`
    expect(parseRepositories(found({ [path]: list }))).toEqual([
      { uri: URI, suite: 'bookworm', path, signedBy: '/etc/apt/keyrings/docker.asc' },
    ])
  })

  test('stanzas of which some are switched off, and one without a key', () => {
    const path = '/etc/apt/sources.list.d/docker.sources'
    const on = `Types: deb\nURIs: ${URI}/\nSuites: bookworm trixie\nComponents: stable\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc`
    const off = `Enabled: no\nTypes: deb\nURIs: ${URI}\nSuites: sid\nComponents: stable`
    const bare = `types: deb deb-src\nuris: http://mirror.example.org/docker\nsuites: bookworm`
    const repositories = parseRepositories(found({ [path]: `${on}\n\n${off}\n\n${bare}` }))
    expect(repositories.map(({ uri, suite }) => [uri, suite])).toEqual([
      [URI, 'bookworm'],
      [URI, 'trixie'],
      ['http://mirror.example.org/docker', 'bookworm'],
    ])
    expect(repositories.map(({ signedBy }) => signedBy !== undefined)).toEqual([true, true, false])
  })

  test('are asked for only where the answer decides something', async () => {
    const run = promisify(execFile)
    const { stdout } = await run('/bin/sh', ['-c', factsScript({ candidates: [], repositories: [URI] }).text])
    expect(parseRepositories(readSections(stdout, 'm1'))).toEqual([])
    expect(factsScript().text).not.toContain('sources.list')
  })
})
