// A program of its own: applies an inventory and kills itself right after one op has ended, as a power cut would.
import { openEngine } from './engine.js'

const [inventoryPath = '', opId = ''] = process.argv.slice(2)
const { run } = await openEngine({
  inventoryPath,
  runId: 'killed',
  emit: (event) => {
    if (event.type === 'op-finished' && event.op.id === opId) process.kill(process.pid, 'SIGKILL')
  },
})
await run.apply()
process.exit(99)
