import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Inputs made from public reports: they lie beside the project, or where TRIPOD_TEST_DATA says. */
const DATA = path.join(process.env['TRIPOD_TEST_DATA'] ?? path.join(import.meta.dirname, '../../shared/data'), 'cases')

/** Why they cannot be used; undefined where they can. */
export const casesMissing = existsSync(DATA) ? undefined : `there is no ${DATA} (TRIPOD_TEST_DATA names another place)`

export const caseText = (name: string): string => readFileSync(path.join(DATA, name), 'utf8')
