import { Flags } from '@oclif/core'

/** `--name`: which lab is meant. */
export const labNameFlag = {
  name: Flags.string({ default: 'lab', description: 'Name of the lab; its inventory is ./NAME.yaml.' }),
}
