import { execa } from 'execa'
import type { Lab } from '../../../src/lab/index.js'

/** A machine on the lab's bridge that belongs to somebody else and has an address of its own choice. */
export interface Stranger {
  /** Lower case. */
  readonly mac: string
  leave(): Promise<void>
}

const MAC = '02:00:00:00:99:99'

/** Joins a stranger to the lab's network: a network namespace with one cable, made and taken away by its own names. */
export async function stranger(lab: Lab, address: string): Promise<Stranger> {
  const bridge = `tripod-${lab.gateway.split('.')[2] ?? ''}`
  const [namespace, cable] = [`${bridge}-stranger`, `${bridge}-str`]
  const ip = (...args: readonly string[]) => execa('ip', args)
  const leave = async (): Promise<void> => {
    await execa('ip', ['netns', 'delete', namespace], { reject: false })
    await execa('ip', ['link', 'delete', cable], { reject: false })
  }
  await leave()
  await ip('netns', 'add', namespace)
  await ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'address', MAC, 'netns', namespace)
  await ip('link', 'set', cable, 'master', bridge, 'up')
  await ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0')
  await ip('-n', namespace, 'link', 'set', 'eth0', 'up')
  return { mac: MAC, leave }
}
