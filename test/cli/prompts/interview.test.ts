import { describe, expect, test } from 'vitest'
import type { Interviewer } from '../../../src/cli/prompts/asker.js'
import { interview } from '../../../src/cli/prompts/interview.js'
import type { Answers } from '../../../src/init/answers.js'
import { computer } from '../../init/around.js'

/** Gives each answer to the question that begins with its key, of several the next one after an objection; '' takes the suggestion. What is asked beyond that is an error. */
type Said = string | boolean | readonly string[]

function person(says: Readonly<Record<string, Said>>) {
  const asked: string[] = []
  const objections: string[] = []
  const find = (question: string): Said => {
    asked.push(question)
    const key = Object.keys(says).find((part) => question.startsWith(part))
    if (key === undefined) throw new Error(`unexpected: ${question}`)
    return says[key] ?? ''
  }
  const asker: Interviewer = {
    secret: () => Promise.reject(new Error('no secret is asked for')),
    words: () => Promise.reject(new Error('no word is asked for')),
    async answer(question, { suggestion, wrong }) {
      for (const said of [find(question)].flat()) {
        const text = String(said) || (suggestion ?? '')
        const why = await wrong(text)
        if (why === undefined) return text
        objections.push(why)
      }
      throw new Error(`no answer was good enough: ${question}`)
    },
    choice: (question, options) => {
      const said = find(question)
      const [first] = Object.keys(options) as (keyof typeof options)[]
      return Promise.resolve(said === 'FIRST' && first !== undefined ? first : (said as keyof typeof options))
    },
    yesNo: (question, suggestion) => {
      const said = find(question)
      return Promise.resolve(said === '' ? suggestion : said === true)
    },
  }
  return { asker, asked, objections }
}

const EVERYTHING = {
  'Name of the cluster': '',
  Masters: '10.0.0.11-13',
  Workers: '',
  'Run workloads on': '',
  'HAProxy and keepalived': 'FIRST',
  'Look from this computer': '',
  VIP: '',
  'SSH user': '',
  'Kubernetes version': '',
}

async function hold(says: Readonly<Record<string, Said>>, given: Answers = {}, around = computer()) {
  const { asker, asked, objections } = person(says)
  const probed: (readonly string[])[] = []
  const probe = (candidates: readonly string[]): Promise<string> => {
    probed.push(candidates)
    return Promise.resolve(candidates[1] ?? '')
  }
  const answers = await interview(given, { asker, around, inventoryPath: 'inventory.yaml', probe, isProbing: false })
  return { answers, asked, objections, probed }
}

describe('the questions of tripod init', () => {
  test('can be answered by Enter, but for the masters', async () => {
    const { answers, objections, probed } = await hold(EVERYTHING)
    expect([objections, probed]).toEqual([[], []])
    expect(answers).toEqual({
      cluster: 'prod',
      masters: '10.0.0.11-13',
      workers: '',
      workloads: true,
      vip: '10.0.0.10',
      user: 'ops',
      kubernetes: '1.36.4',
    })
  })

  test('are only those that the flags left open', async () => {
    const given = { cluster: 'a', masters: '10.0.0.11', workers: '', workloads: true, vip: '10.0.0.9', user: 'x' }
    const { asked } = await hold({ 'Kubernetes version': '' }, given)
    expect(asked).toEqual(['Kubernetes version:'])
  })

  test('lead to load balancers of their own, or to one that is there', async () => {
    const own = await hold({ ...EVERYTHING, 'HAProxy and keepalived': 'own', 'Load balancers': '10.0.7.4-5' })
    expect(own.answers).toMatchObject({ 'load-balancers': '10.0.7.4-5', vip: '10.0.7.3' })
    const external = await hold({ ...EVERYTHING, 'HAProxy and keepalived': 'external', 'Where it answers': 'lb:6443' })
    expect(external.answers).toMatchObject({ external: 'lb:6443' })
    expect(external.asked.some((question) => question.startsWith('VIP'))).toBe(false)
  })

  test('have a free address looked for when that is wanted', async () => {
    const { answers, probed } = await hold({ ...EVERYTHING, 'Look from this computer': true })
    expect(answers.vip).toBe('10.0.0.9')
    expect(probed[0]?.[0]).toBe('10.0.0.10')
  })

  test('offer the keys that are there, and none', async () => {
    const around = computer({ login: () => Promise.resolve({ user: 'ops', keys: ['~/a', '~/b'] }) })
    const key = async (said: string) =>
      (await hold({ ...EVERYTHING, 'SSH key': said }, {}, around)).answers['identity-file']
    expect([await key('FIRST'), await key('~/b'), await key('')]).toEqual(['~/a', '~/b', ''])
  })

  test('object at once to what cannot be, and not to what was not asked yet', async () => {
    const { answers, objections } = await hold({
      ...EVERYTHING,
      'Name of the cluster': ['A b', 'lab'],
      Masters: ['10.0.0.11 m9.example.org', '10.0.0.11-13'],
      Workers: ['10.0.0.13', 'm1=10.0.0.30', '10.0.0.21'],
      VIP: ['10.0.0.300', '10.0.0.12', '10.0.0.9'],
      'SSH user': ['a b', 'ops'],
      'Kubernetes version': ['1.36', '1.36.1'],
    })
    expect(objections).toEqual([
      expect.stringContaining('"A b" is not a cluster name'),
      'm9.example.org is nowhere. Write m9=ADDRESS',
      expect.stringContaining('the address 10.0.0.13 is already that of nodes[2] (m3)'),
      expect.stringContaining('the name m1 is already that of nodes[0]'),
      expect.stringContaining('"10.0.0.300" is not an IP address'),
      expect.stringContaining('the VIP 10.0.0.12 is the address of m2'),
      expect.stringContaining('"a b" is not a user name'),
      expect.stringContaining('"1.36" is not a Kubernetes version'),
    ])
    expect(answers).toMatchObject({ cluster: 'lab', workers: '10.0.0.21', workloads: false, vip: '10.0.0.9' })
  })
})
