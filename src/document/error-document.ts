import { z } from 'zod'
import { head } from './head.js'

const failure = z.object({
  code: z.string().meta({ description: 'A word; `tripod explain CODE` says more of it.' }),
  message: z.string().meta({ description: 'What was wrong, with which value, on which node.' }),
  fix: z.string().meta({ description: 'The next command, or the next thing to do.' }),
  exit: z.int().meta({ description: 'Exit status that belongs to it.' }),
  node: z.string().optional(),
  get failures() {
    return z.array(failure).optional().meta({ description: 'Each failure of work that went on side by side.' })
  },
})

/** Of any command with `--json` that ends with an error. */
export const errorSchema = z
  .object({ ...head('error'), error: failure })
  .meta({ title: 'tripod error', description: 'What any command prints with --json instead of its result.' })
