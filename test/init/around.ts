import { TripodError } from '../../src/errors.js'
import type { Surroundings } from '../../src/init/draft.js'
import { parseSubnet } from '../../src/inventory/address.js'

/** A computer of which this is known; it finds m1.example.org, and its user is ops. */
export function computer(
  given: Partial<Surroundings> & { readonly interfaces?: readonly string[] } = {},
): Surroundings {
  const { interfaces = [], ...rest } = given
  return {
    directory: '/home/ops/prod',
    networks: interfaces.flatMap((cidr) => parseSubnet(cidr) ?? []),
    ownAddresses: interfaces.map((cidr) => cidr.split('/')[0] ?? ''),
    lookUp: (name) =>
      name === 'm1.example.org'
        ? Promise.resolve('10.0.0.31')
        : Promise.reject(new TripodError('USAGE', `${name} is nowhere`, 'Write m9=ADDRESS')),
    login: () => Promise.resolve({ user: 'ops', keys: [] }),
    ...rest,
  }
}
