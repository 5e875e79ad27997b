import { expect, it } from 'vitest'
import { Machine } from './machine.js'
import { apply, file, open, step } from './small-lab.js'

const WARNING = { code: 'P37', severity: 'warning', file: 'lab.yaml', line: 4, column: 1, message: 'it is old', fix: 'Take a newer one.', path: 'kubernetes.version', excerpt: '', width: 1 } as const // prettier-ignore

it('says what is doubtful about the inventory beside changes, and nothing beside none', async () => {
  const lab = {
    machines: [new Machine('m1')],
    steps: [step('one', [file('/etc/x.conf')])],
    settings: { warnings: [WARNING] },
  }
  const { plan } = await open(lab)
  expect(plan.findings).toMatchObject([{ id: 'P37', message: 'lab.yaml:4: it is old' }])
  await apply(lab)
  expect((await open(lab)).plan).toMatchObject({ steps: [], findings: [] })
})
