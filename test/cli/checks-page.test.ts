import { codePage } from './code-page.js'
import path from 'node:path'
import { expect, test } from 'vitest'
import { CHECKS } from '../../src/check-catalogue.js'

const checksPage = (): string =>
  codePage({
    head: [
      '# Checks\n',
      '<!-- Generated from src/check-catalogue.ts: change it there, then run `npx vitest run -u test/cli/checks-page.test.ts`. -->\n',
      'Every plan and `tripod doctor` run these checks. A finding begins with the number of its check; `tripod explain P16` prints the same',
      'text. Numbers are stable. A fatal finding stops the plan from being applied; a warning does not. `accept: [P04]` in the inventory turns',
      'fatal findings of P04, P05, P11 and P24 into warnings.\n',
    ],
    headings: ['Number', 'What is checked'],
    entries: Object.entries(CHECKS),
  })

test('docs/checks.md says what the table of checks says', async () => {
  await expect(checksPage()).toMatchFileSnapshot(path.join(import.meta.dirname, '../../docs/checks.md'))
})
