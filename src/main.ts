import { fileURLToPath } from 'node:url'
import { flush, run, settings } from '@oclif/core'
import { outliveTerminal } from './cli/app/outlive-terminal.js'
import { reportError } from './cli/app/report-error.js'

/** Runs the command line. `entry` is the URL of the file in bin/; oclif looks for package.json from there upwards. */
export async function main(entry: string): Promise<void> {
  // What is built is JavaScript; looking for a TypeScript set-up would only cost time.
  settings.enableAutoTranspile = false
  outliveTerminal()
  const json = process.argv.includes('--json')
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      reportError(error, { json })
      process.exit()
    })
  }
  try {
    await run(process.argv.slice(2), fileURLToPath(entry))
    await flush()
  } catch (error) {
    reportError(error, { json })
  }
}
