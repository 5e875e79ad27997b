import { ERRORS, type ErrorCode, type ErrorEntry } from '../../src/errors.js'

function row([code, { exit, title }]: readonly [string, ErrorEntry]): string {
  return `| [${code}](#${code.toLowerCase()}) | ${String(exit)} | ${title} |`
}

function section([code, { exit, title, why, fix }]: readonly [string, ErrorEntry]): string {
  return `## ${code}\n\n${title}. Exit status ${String(exit)}.\n\n${why}\n\n**Fix:** ${fix}\n`
}

/** docs/errors.md, made from the one table of codes. */
export function errorsPage(): string {
  const all = Object.entries(ERRORS) as [ErrorCode, ErrorEntry][]
  return [
    '# Error codes and exit statuses\n',
    '<!-- Generated from src/errors.ts: change it there, then run `npx vitest run -u test/cli/errors-page.test.ts`. -->\n',
    'Every error begins with its code; `tripod explain CODE` prints the same text. Codes and statuses are stable: scripts may',
    'rely on them. 0 is success; 2 comes only with `--detailed-exitcode` and means changes (plan) or drift; 1 and 127 are never',
    'used. SIGTERM ends with 143.\n',
    '| Code | Exit | What |',
    '|---|---|---|',
    ...all.map(row),
    '',
    ...all.map(section),
  ].join('\n')
}
