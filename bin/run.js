#!/usr/bin/env node
import { existsSync } from 'node:fs'

const program = new URL('../dist/main.js', import.meta.url)
if (existsSync(program)) {
  const { main } = await import(program.href)
  await main(import.meta.url)
} else {
  console.error('tripod is not built yet. Fix: npm run build')
  process.exitCode = 64
}
