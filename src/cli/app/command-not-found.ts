import type { Hook } from '@oclif/core'
import { TripodError } from '../../errors.js'
import { nearest } from '../../inventory/read/nearest.js'

/** oclif's hook for a command that does not exist: USAGE, with the one that was likely meant. */
// eslint-disable-next-line @typescript-eslint/require-await -- oclif's signature
const commandNotFound: Hook.CommandNotFound = async ({ id, config }) => {
  const typed = id.replaceAll(':', ' ')
  const known = config.commandIDs.map((name) => name.replaceAll(':', ' '))
  const command = known.find((name) => typed.startsWith(`${name} `))
  if (command !== undefined) {
    throw new TripodError(
      'USAGE',
      `tripod ${command} takes no argument "${typed.slice(command.length + 1)}"`,
      `tripod ${command} --help`,
    )
  }
  const meant = nearest(typed, known)
  const question = meant === undefined ? '' : ` Did you mean ${meant}?`
  throw new TripodError(
    'USAGE',
    `There is no command "${typed}".${question}`,
    `tripod ${meant ?? ''} --help`.replace('  ', ' '),
  )
}

export default commandNotFound
