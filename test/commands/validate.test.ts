import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import Schema from '../../src/commands/schema.js'
import Validate from '../../src/commands/validate.js'
import { inventoryJsonSchema } from '../../src/inventory/schema/schema.js'
import { LAB } from '../inventory/lab.js'

let config: Config
let directory = ''
beforeAll(async () => {
  config = await Config.load(fileURLToPath(new URL('../../', import.meta.url)))
  directory = await mkdtemp(join(tmpdir(), 'tripod-validate-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true })
})

/** The command with what it prints kept: `out` is the result, `aside` goes to stderr. */
class KeptValidate extends Validate {
  readonly out: string[] = []
  readonly aside: string[] = []
  override log(text = ''): void {
    this.out.push(text)
  }
  protected override say(text: string): void {
    this.aside.push(text)
  }
}

async function validate(text: string): Promise<{ command: KeptValidate; path: string }> {
  const path = join(directory, 'inventory.yaml')
  await writeFile(path, text)
  return { command: new KeptValidate(['-i', path], config), path }
}

test('a valid inventory is summarised in one line on stdout', async () => {
  const { command, path } = await validate(`${LAB}  - { name: w1, address: 10.0.0.21, roles: [worker] }\n`)
  const summary = 'cluster lab, 3 masters, 1 worker, Kubernetes 1.36.4, layout L3, 10.0.0.10:6443, API servers on 6444'
  expect(await command.run()).toMatchObject({ valid: true, file: path, summary })
  expect(command.out).toEqual([`${path} is valid: ${summary}`])
})

test('warnings go to stderr and into the result, and the inventory is valid all the same', async () => {
  const { command } = await validate(LAB.replace('1.36.4', '1.34.10'))
  expect(await command.run()).toMatchObject({ valid: true, warnings: [{ code: 'P37', line: 3 }] })
  expect(command.out).toHaveLength(1)
  expect(command.aside.join('\n')).toMatch(/inventory\.yaml:3:12: warning P37: .*\n.*\n.*\n {2}Fix: /)
})

test('a wrong inventory ends with exit status 65', async () => {
  const { command } = await validate(LAB.replace('m1', 'M1'))
  await expect(command.run()).rejects.toMatchObject({ code: 'INVENTORY_INVALID', exit: 65 })
  expect(command.out).toEqual([])
})

test('the schema command prints the published schema', async () => {
  const out: string[] = []
  class KeptSchema extends Schema {
    override log(text = ''): void {
      out.push(text)
    }
  }
  await new KeptSchema([], config).run()
  expect(JSON.parse(out.join('\n'))).toEqual(inventoryJsonSchema())
})
