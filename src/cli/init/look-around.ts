import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { dirname, resolve } from 'node:path'
import { messageOf, TripodError } from '../../errors.js'
import { configuredHost, guessLogin, type LoginGuess } from '../../host/login/login-guess.js'
import type { Surroundings } from '../../init/draft.js'
import { parseSubnet } from '../../inventory/address.js'

/** What this computer knows that helps to write an inventory; each host is asked about once. */
export function lookAround(inventoryPath: string, notice: (text: string) => void): Surroundings {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const outward = own.filter(({ internal }) => !internal)
  const logins = new Map<string, Promise<LoginGuess>>()
  return {
    directory: dirname(resolve(inventoryPath)),
    networks: outward.flatMap(({ cidr }) => parseSubnet(cidr ?? '') ?? []),
    ownAddresses: outward.map(({ address }) => address),
    lookUp,
    login(host) {
      const login = logins.get(host) ?? guessLogin(host, notice)
      logins.set(host, login)
      return login
    },
  }
}

/** A name as ssh would take it, by the ssh configuration and then by the resolver of this computer. */
async function lookUp(name: string): Promise<string> {
  try {
    return (await lookup(await configuredHost(name))).address
  } catch (error) {
    throw new TripodError(
      'USAGE',
      `${name} is no address, and none is found for it (${messageOf(error)})`,
      `Write ${name.split('.')[0] ?? name}=ADDRESS`,
    )
  }
}
