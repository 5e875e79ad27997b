import { codePage } from './code-page.js'
import { ERRORS } from '../../src/errors.js'

/** docs/errors.md, made from the one table of codes. */
export function errorsPage(): string {
  return codePage({
    head: [
      '# Error codes and exit statuses\n',
      '<!-- Generated from src/errors.ts: change it there, then run `npx vitest run -u test/cli/errors-page.test.ts`. -->\n',
      'Every error begins with its code; `tripod explain CODE` prints the same text. Codes and statuses are stable: scripts may',
      'rely on them. 0 is success; 2 comes only with `--detailed-exitcode` and means changes (plan) or drift; 1 and 127 are never',
      'used. SIGTERM ends with 143.\n',
    ],
    headings: ['Code', 'Exit', 'What'],
    entries: Object.entries(ERRORS),
    cells: ({ exit }) => [String(exit)],
    more: ({ exit }) => ` Exit status ${String(exit)}.`,
  })
}
