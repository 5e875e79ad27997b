// Bundles src/ into dist/ and writes oclif.manifest.json. Types are checked by `npm run check`, not here.
//
// Every file under src/commands is an entry point, so that adding a command means adding one file, and a command loads only
// what it imports: code shared by several lies in chunks. All packages are bundled (a user fetches no dependency tree);
// what stays outside are native add-ons, which ssh2 can do without.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundleOptions } from './bundle.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = path.join(root, 'dist')
const LICENSES = path.join(dist, 'THIRD-PARTY-LICENSES.txt')

/** @param {string} directory */
async function filesUnder(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
}

/** What is started or loaded by name beside the commands. */
const PROGRAMS = ['src/main.ts', 'src/cli/app/command-not-found.ts']

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
  return {
    files: new Set([LICENSES, ...Object.keys(metafile.outputs).map((file) => path.join(root, file))]),
    inputs: Object.keys(metafile.inputs),
  }
}

/** `node_modules/@oclif/core`, nested ones too. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/

/**
 * The licences of the packages that went in: each asks to be passed on.
 * @param {readonly string[]} inputs
 */
async function writeLicenses(inputs) {
  const packages = new Set(inputs.flatMap((input) => PACKAGE.exec(input)?.[0] ?? []))
  const texts = await Promise.all([...packages].sort().map(licenseOf))
  await writeFile(LICENSES, texts.join('\n'))
}

/** @param {string} directory */
async function licenseOf(directory) {
  const { name, version, license } = JSON.parse(await readFile(path.join(root, directory, 'package.json'), 'utf8'))
  const file = (await readdir(path.join(root, directory))).find((one) => /^(licen[cs]e|copying)/i.test(one))
  if (file === undefined && typeof license !== 'string') throw new Error(`${name} has no licence to pass on`)
  const text = file === undefined ? `${license}\n` : await readFile(path.join(root, directory, file), 'utf8')
  return `${name} ${version}\n\n${text}`
}

/**
 * What an earlier build left: a command that was taken away must not stay.
 * @param {ReadonlySet<string>} fresh
 */
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

const { files, inputs } = await bundle()
await removeOthers(files)
await writeLicenses(inputs)
await writeManifest()
