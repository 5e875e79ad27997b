import { TripodError } from '../../errors.js'
import type { Answers, Question } from '../../init/answers.js'
import { draftOf, problemsOf, type Surroundings } from '../../init/draft.js'
import type { Interviewer } from './asker.js'
import { applyWording, inWords } from '../../next-step.js'

interface Interview {
  readonly asker: Interviewer
  readonly around: Surroundings
  readonly inventoryPath: string
  /** A free address among the candidates, by trying. */
  readonly probe: (candidates: readonly string[]) => Promise<string>
  /** It was asked for beforehand. */
  readonly isProbing: boolean
}

/** Asks for what was not given, each question with the answer that looking around suggests; an answer is checked at once. */
export async function interview(given: Answers, options: Interview): Promise<Answers> {
  const { asker, around } = options
  let answers = given
  const draft = () => draftOf(answers, around)
  const ask = async (question: Question, words: string, suggestion?: string): Promise<void> => {
    if (answers[question] !== undefined) return
    const wrong = (text: string) => wrongWith({ ...answers, [question]: text }, question, options)
    answers = { ...answers, [question]: await asker.answer(words, { suggestion, wrong }) }
  }
  await ask('cluster', 'Name of the cluster:', (await draft()).data.cluster)
  await ask('masters', 'Masters (3 tolerate the loss of 1), for example 10.0.0.11-13 or m1=10.0.0.11 m2=...:')
  await ask('workers', 'Workers, in the same form; Enter for none:')
  if (answers.workloads === undefined) {
    const workloads = await asker.yesNo('Run workloads on the masters too?', answers.workers === '')
    answers = { ...answers, workloads }
  }
  const place = await placeOfBalancer(answers, asker)
  if (place === 'own')
    await ask('load-balancers', 'Load balancers (2 tolerate the loss of 1), for example 10.0.0.21-22:')
  if (place === 'external') await ask('external', 'Where it answers, as host:port:')
  else await ask('vip', 'VIP (an unused address in their network):', await freeVip(answers, options))
  const { data, keys } = await draft()
  await ask('user', 'SSH user:', data.user)
  if (answers['identity-file'] === undefined && keys.length > 0) {
    const none = { '': 'none of them: use the agent, or what ssh would use' }
    const offered: Readonly<Record<string, string>> = { ...Object.fromEntries(keys.map((key) => [key, key])), ...none }
    answers = { ...answers, 'identity-file': await asker.choice('SSH key:', offered) }
  }
  await ask('kubernetes', 'Kubernetes version:', data.version)
  return answers
}

async function placeOfBalancer(answers: Answers, asker: Interviewer): Promise<'masters' | 'own' | 'external'> {
  if (answers.external !== undefined) return 'external'
  if (answers['load-balancers'] !== undefined) return 'own'
  if (answers.vip !== undefined) return 'masters'
  return asker.choice('HAProxy and keepalived in front of the API servers:', {
    masters: 'on the masters',
    own: 'on machines of their own',
    external: 'none: I run a load balancer myself',
  })
}

/** What is suggested as the VIP: tried, where that is wanted. */
async function freeVip(answers: Answers, { asker, around, probe, isProbing }: Interview): Promise<string | undefined> {
  if (answers.vip !== undefined) return undefined
  const { vips } = await draftOf(answers, around)
  if (vips.length === 0) return undefined
  const look = isProbing || (await asker.yesNo('Look from this computer which address is free for the VIP?', false))
  return look ? probe(vips) : vips[0]
}

/** Why the answer cannot be right, beside those that were given before. What is not answered yet is not held against it. */
async function wrongWith(
  answers: Answers,
  question: Question,
  { around, inventoryPath }: Interview,
): Promise<string | undefined> {
  if (answers[question] === '' && question !== 'workers') return 'An answer is needed'
  try {
    const problems = problemsOf(await draftOf(answers, around), inventoryPath)
    const errors = problems.filter(({ severity }) => severity === 'error')
    const about = errors.filter((problem) => problem.question === question || answers[problem.question] !== undefined)
    const [first] = about
    return first && `${first.message}. ${first.fix}`
  } catch (error) {
    if (error instanceof TripodError) return `${error.message}. ${inWords(error.hint, applyWording(inventoryPath))}`
    throw error
  }
}
