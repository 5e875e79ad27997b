import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const SRC = path.join(import.meta.dirname, '../src')
/** Modules and folders in a folder, as many as a reader takes in at a glance. */
const AT_A_GLANCE = 30

const entries = readdirSync(SRC, { recursive: true, withFileTypes: true })
const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name))
const files = entries
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => path.join(entry.parentPath, entry.name))

/** Paths of this project that a file imports. */
function importsOf(file: string): readonly string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(/from '(\.{1,2}\/[^']+)\.js'/g)
  return [...specifiers].map(([, specifier = '']) => `${path.resolve(path.dirname(file), specifier)}.ts`)
}

describe('the folders of tripod', () => {
  test('hold no more than a reader takes in at a glance', () => {
    const full = folders.filter(
      (folder) => readdirSync(folder).filter((name) => /^[^.]+(\.ts)?$/.test(name)).length > AT_A_GLANCE,
    )
    expect(full.map((folder) => path.relative(SRC, folder))).toEqual([])
  })

  test('of steps are entered by their index alone', () => {
    const ofSteps = folders.filter(
      (folder) => path.dirname(folder) === path.join(SRC, 'steps') && readdirSync(folder).includes('index.ts'),
    )
    expect(ofSteps.length).toBeGreaterThan(5)
    const past = ofSteps.flatMap((folder) =>
      files
        .filter((file) => path.dirname(file) !== folder)
        .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
        .filter(({ target }) => path.dirname(target) === folder && path.basename(target) !== 'index.ts'),
    )
    expect(past.map(({ file, target }) => `${path.relative(SRC, file)} imports ${path.relative(SRC, target)}`)).toEqual(
      [],
    )
  })
})
