import { dayOf, endsSoon, type KeyRenewal, outlasts, type SigningKeyFacts } from '../../facts/key-life.js'
import type { Facts } from '../../facts/facts.js'
import { sha256 } from '../../resources/digest.js'
import type { Resource } from '../../resources/resource.js'
import { messageOf, TripodError } from '../../errors.js'
import type { ClusterContext } from '../../steps/step.js'
import type { Reference } from '../../secret.js'
import type { Wish } from '../plan/plan-node.js'
import type { RunInput } from '../run-types.js'

/** The facts with the day on which each signing key of the node ends. What cannot be read says why. */
export async function withKeyEnds(facts: Facts, keyEnd: RunInput['keyEnd']): Promise<Facts> {
  const { signingKeys } = facts.packages
  if (signingKeys === undefined || keyEnd === undefined) return facts
  const read = async (key: SigningKeyFacts): Promise<SigningKeyFacts> => {
    try {
      return { ...key, ends: await keyEnd(Buffer.from(key.base64, 'base64')) }
    } catch (error) {
      return { ...key, unread: messageOf(error) }
    }
  }
  return { ...facts, packages: { ...facts.packages, signingKeys: await Promise.all(signingKeys.map(read)) } }
}

/** Looks at the sources of the keys that end soon on a node, and of no others: a plan fetches nothing without need. */
export async function keyRenewals(
  { currentKey, keyEnd }: Pick<RunInput, 'currentKey' | 'keyEnd'>,
  { node, facts, wishes }: { readonly node: string; readonly facts: Facts; readonly wishes: () => readonly Wish[] },
): Promise<readonly KeyRenewal[]> {
  const ending = (facts.packages.signingKeys ?? []).filter(({ ends }) => endsSoon(ends, facts.clock.epochSeconds))
  if (ending.length === 0 || currentKey === undefined || keyEnd === undefined) return []
  const wanted = wishes().flatMap(({ resources }) => resources)
  return Promise.all(
    ending.flatMap(({ path, ends = 'never' }) => {
      const reference = wanted.map((one) => keyReference(one, path)).find((one) => one !== undefined)
      if (reference === undefined) return []
      const look = async (): Promise<KeyRenewal> => {
        const about = { node, path, reference }
        try {
          const text = await currentKey(reference)
          const longer = { sha256: sha256(text), ends: await keyEnd(Buffer.from(text)) }
          return outlasts(longer.ends, ends) ? { ...about, longer } : about
        } catch (error) {
          const fix = error instanceof TripodError ? error.hint : 'Please report this with the run log.'
          return { ...about, untold: { message: messageOf(error), fix } }
        }
      }
      return [look()]
    }),
  )
}

function keyReference(resource: Resource, path: string): Reference | undefined {
  if (resource.kind !== 'file' || resource.path !== path || typeof resource.content === 'string') return undefined
  return Object.values(resource.content.references).find((one) => one.startsWith('key:'))
}

/** A key file for which there is one that lasts longer is wanted as that one. */
export function withRenewals(
  wish: Wish,
  { node, facts, renewals = [] }: Pick<ClusterContext, 'renewals'> & { readonly node: string; readonly facts: Facts },
): Wish {
  const resources = wish.resources.map((resource) => {
    if (resource.kind !== 'file') return resource
    const { longer } = renewals.find((one) => one.node === node && one.path === resource.path) ?? {}
    const ends = facts.packages.signingKeys?.find(({ path }) => path === resource.path)?.ends
    if (longer === undefined || ends === undefined) return resource
    const until = longer.ends === 'never' ? 'does not end' : `ends on ${dayOf(longer.ends)}`
    const outdated = `ends on ${dayOf(ends)}, and the file at its source ${until}`
    return { ...resource, contentDigest: longer.sha256, outdated }
  })
  return { ...wish, resources }
}
