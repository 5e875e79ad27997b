import { expect, test } from 'vitest'
import { readMachines } from '../../src/init/machines.js'
import { computer } from './around.js'

const HOSTS: Readonly<Record<string, string>> = { 'm1.a.example.org': '10.0.0.32', 'm1.B.example.org': '10.0.0.33' }

const read = async (text: string): Promise<string> =>
  (await readMachines(text, 'm', (name) => Promise.resolve(HOSTS[name] ?? computer().lookUp(name))))
    .map(({ name, address }) => `${name}=${address}`)
    .join(' ')

test.each([
  ['', ''],
  ['10.0.0.11', 'm1=10.0.0.11'],
  ['10.0.0.9-11', 'm1=10.0.0.9 m2=10.0.0.10 m3=10.0.0.11'],
  [' a=10.0.0.1,  10.0.0.2\n10.0.0.3,', 'a=10.0.0.1 m2=10.0.0.2 m3=10.0.0.3'],
  ['m2=10.0.0.1 10.0.0.2 10.0.0.3', 'm2=10.0.0.1 m3=10.0.0.2 m4=10.0.0.3'],
  ['fd00::11 x=fd00::12', 'm1=fd00::11 x=fd00::12'],
  ['M1.example.org', 'm1=10.0.0.31'],
  ['m1.a.example.org m1.B.example.org 10.0.0.3', 'm1.a.example.org=10.0.0.32 m1.b.example.org=10.0.0.33 m3=10.0.0.3'],
  ['m1.a.example.org m1=10.0.0.1', 'm1.a.example.org=10.0.0.32 m1=10.0.0.1'],
])('%j are machines', async (text, machines) => {
  expect(await read(text.replace('M1', 'm1'))).toBe(machines)
})

test('what is nonsense comes through as it was typed, for the inventory to refuse', async () => {
  expect(await read('10.0.0.300 =10.0.0.1 a= 10.0.0.13-11 10.0.0.')).toBe(
    'm1=10.0.0.300 =10.0.0.1 a= m4=10.0.0.13-11 m5=10.0.0.',
  )
  expect(await read('10.0.0.250-300')).toContain('10.0.0.256')
})

test('a name without an address says so', async () => {
  await expect(read('m9.example.org')).rejects.toThrow('m9.example.org is nowhere')
})
