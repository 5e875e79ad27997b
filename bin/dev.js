#!/usr/bin/env node
// Builds first (under a second), then runs: for work on tripod itself.
await import('../scripts/build.mjs')
const { main } = await import('../dist/main.js')
await main(import.meta.url)
