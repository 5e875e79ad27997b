import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { handlebars } from '../../scripts/handlebars.mjs'

/** Bundles one template as the build does. */
async function bundled(source: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'hbs-'))
  try {
    const file = path.join(directory, 'x.hbs')
    await writeFile(file, source)
    const { outputFiles } = await build({
      entryPoints: [file],
      bundle: true,
      write: false,
      format: 'esm',
      logLevel: 'silent',
      plugins: [handlebars()],
    })
    return outputFiles.map(({ text }) => text).join('')
  } finally {
    await rm(directory, { recursive: true })
  }
}

describe('the build of templates', () => {
  it('precompiles them, so that no compiler is shipped', async () => {
    const text = await bundled('a = {{a}}\n')
    expect(text).toContain('escapeExpression')
    expect(text).toContain('strict')
  })

  it.each(['{{{a}}}', '{{&a}}', '{{> other}}', '{{#if a}}{{{b}}}{{/if}}', '{{* decorate}}', '{{unknown a}}'])(
    'refuses %s, which could put in what the format does not escape',
    async (source) => {
      await expect(bundled(source)).rejects.toThrow()
    },
  )

  it('knows every template that is there', async () => {
    const files = (await readdir('src/templates')).filter((name) => name.endsWith('.hbs'))
    const index = await readFile('src/templates/index.ts', 'utf8')
    for (const file of files) expect(index).toContain(`./${file}`)
  })
})
