import { z } from 'zod'
import { count, type Reading } from './head.js'
import { action, disruption } from './plan-document.js'

const line = {
  formatVersion: z.string(),
  seq: count.meta({ description: 'From 1, without a gap.' }),
  ts: z.iso.datetime().meta({ description: 'UTC.' }),
  runId: z.string(),
}

const seconds = z.number().nonnegative()
const nodes = z.array(z.string())

const op = {
  opId: z.string().meta({ description: 'As in the plan.' }),
  node: z.string(),
  step: z.string(),
  action,
  disruption,
}

const trouble = {
  node: z.string().optional(),
  message: z.string(),
  fix: z.string().optional(),
}

/** What was done when the run ended, well or not; ops that failed or whose end is not known are not counted. */
const done = {
  ops: count.meta({ description: 'Ops that were carried out.' }),
  restarts: count,
  reboots: count,
  nodesChanged: count,
  seconds,
  exit: z.int().meta({ description: 'Exit status of the process.' }),
}

const errorCode = z.string().meta({ description: 'An error code: tripod explain CODE.' })

const event = <Type extends string, Code extends string, Keys extends z.ZodRawShape>(
  type: Type,
  codes: readonly [Code, ...Code[]],
  keys: Keys,
) => z.object({ ...line, type: z.literal(type), code: z.enum(codes), ...keys })

/** One line of the file of `tripod apply --events FILE`. */
export const eventSchema = z
  .discriminatedUnion('code', [
    event('op_start', ['OP_STARTED'], op),
    event('op_end', ['OP_DONE'], { ...op, seconds }),
    event('op_end', ['OP_FAILED'], op),
    event('op_end', ['OP_UNKNOWN'], op).meta({ description: 'It may have finished or not.' }),
    event('node_state', ['NODE_CONNECTING', 'NODE_CONNECTED'], { node: z.string() }),
    event('node_state', ['NODE_LOOKING', 'NODE_LOOKED'], {
      node: z.string(),
      what: z.enum(['facts', 'resources', 'health']),
    }),
    event('node_state', ['NODE_STEP_STARTED'], { node: z.string(), step: z.string(), ops: count }),
    event('node_state', ['NODE_STEP_DONE'], { node: z.string(), step: z.string(), seconds }),
    event('node_state', ['NODE_FAILED'], { ...trouble, node: z.string(), error: errorCode }),
    event('lock', ['LOCK_TAKEN', 'LOCK_RELEASED'], { nodes }),
    event('diagnostic', ['NOTICE'], trouble),
    event('diagnostic', ['ERROR'], { ...trouble, error: errorCode }).meta({ description: 'What ended the run.' }),
    event('summary', ['RUN_DONE', 'RUN_FAILED', 'RUN_INTERRUPTED'], done),
  ])
  .meta({
    title: 'tripod events',
    description: 'One line of the file that `tripod apply --events FILE` appends to: what a run did, as it happened.',
  })

type WithoutLine<Event> = Event extends unknown ? Omit<Event, keyof typeof line> : never

/** One event without what every line has. */
export type EventBody = WithoutLine<Reading<typeof eventSchema>>
