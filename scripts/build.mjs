// Bundles src/ into dist/ and writes oclif.manifest.json. Types are checked by `npm run check`, not here.
//
// Every file under src/commands is an entry point, so that adding a command means adding one file, and a command loads only
// what it imports: code shared by several lies in chunks. All packages are bundled (a user fetches no dependency tree);
// what stays outside are native add-ons, which ssh2 can do without.
import { readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundleOptions } from './bundle.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = path.join(root, 'dist')

async function filesUnder(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
}

/** What is started or loaded by name beside the commands. */
const PROGRAMS = ['src/main.ts', 'src/cli/command-not-found.ts']

async function entryPoints() {
  const commands = await filesUnder(path.join(root, 'src/commands'))
  return [...PROGRAMS.map((file) => path.join(root, file)), ...commands.filter((file) => file.endsWith('.ts'))]
}

async function bundle() {
  const { metafile } = await build({
    ...bundleOptions,
    absWorkingDir: root,
    entryPoints: await entryPoints(),
    outdir: dist,
    outbase: path.join(root, 'src'),
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    metafile: true,
  })
  return new Set(Object.keys(metafile.outputs).map((file) => path.join(root, file)))
}

/** What an earlier build left: a command that was taken away must not stay. */
async function removeOthers(fresh) {
  const present = await filesUnder(dist)
  await Promise.all(present.filter((file) => !fresh.has(file)).map((file) => rm(file, { force: true })))
}

/** With the manifest, `tripod --help` loads no command at all. */
async function writeManifest() {
  const { Plugin, settings } = await import('@oclif/core')
  settings.enableAutoTranspile = false
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true })
  await plugin.load()
  await writeFile(path.join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest, null, 2)}\n`)
}

await removeOthers(await bundle())
await writeManifest()
