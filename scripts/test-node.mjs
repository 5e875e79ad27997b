// `npm run test:node -- MAJOR [FILES]`: the unit tests on another version of Node, which npm fetches into the cache of this checkout.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fail, heading, must, prepare, root } from './setup.mjs'

const [, , major = '', ...files] = process.argv

/**
 * The program of that version, of the package that npm's `node` takes it from on this platform.
 * @returns {Promise<string>}
 */
async function nodeProgram() {
  const name = `node-${process.platform}-${process.arch}`
  const prefix = path.join(root, 'node_modules/.cache/tripod', `node-${major}`)
  const program = path.join(prefix, 'node_modules', name, 'bin/node')
  if (existsSync(program)) return program
  heading(`Fetching Node ${major}`)
  await mkdir(prefix, { recursive: true })
  await must('npm', ['install', '--prefix', prefix, '--no-save', '--ignore-scripts', `${name}@${major}`])
  return program
}

async function main() {
  if (!/^\d+$/.test(major)) throw new Error(`"${major}" is no version of Node. Try: npm run test:node -- 24 test/cli`)
  await prepare()
  const program = await nodeProgram()
  await must(program, ['--version'])
  // Tests that start tripod, or a Node of their own, get the same one.
  const env = { ...process.env, PATH: `${path.dirname(program)}:${process.env['PATH'] ?? ''}` }
  await must(program, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', ...files], { env })
}

await main().catch(fail)
