import { z } from 'zod'
import { drillSchema } from './drill-document.js'
import { errorSchema } from './error-document.js'
import { doctorSchema, driftSchema } from './examination-documents.js'
import {
  labDownSchema,
  labExportSchema,
  labListSchema,
  labRestoreSchema,
  labSnapshotSchema,
  labUpSchema,
} from './lab-documents.js'
import { explainSchema, stepsSchema, trustScanSchema, validateSchema } from './local-documents.js'
import { planDocumentSchema } from './plan-document.js'
import { eventSchema } from './run-event.js'
import { statusSchema } from './status-document.js'

/** Every document that tripod writes, by the name of its schema. */
const SCHEMAS = {
  plan: planDocumentSchema,
  events: eventSchema,
  drift: driftSchema,
  doctor: doctorSchema,
  status: statusSchema,
  'ha-drill': drillSchema,
  steps: stepsSchema,
  validate: validateSchema,
  explain: explainSchema,
  'trust-scan': trustScanSchema,
  'lab-up': labUpSchema,
  'lab-down': labDownSchema,
  'lab-list': labListSchema,
  'lab-snapshot': labSnapshotSchema,
  'lab-restore': labRestoreSchema,
  'lab-export': labExportSchema,
  error: errorSchema,
} as const satisfies Record<string, z.ZodType>

export type SchemaName = keyof typeof SCHEMAS

export const SCHEMA_NAMES = Object.keys(SCHEMAS) as readonly SchemaName[]

/**
 * The published JSON Schema (2020-12) of a document. It lets keys pass that it does not name, as a reader must; `closed` does
 * not, which shows whether it names all there are.
 */
export function jsonSchemaOf(name: SchemaName, { closed = false } = {}): Record<string, unknown> {
  return z.toJSONSchema(SCHEMAS[name], { io: closed ? 'output' : 'input', target: 'draft-2020-12' })
}
