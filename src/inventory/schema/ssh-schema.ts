import * as z from 'zod'
import { port, text } from '../read/text.js'

const hop = z
  .strictObject({
    host: text('host', 'Host name or address of the bastion.'),
    port: port('SSH port of the bastion.').default(22),
    user: text('user', 'Login user on the bastion; the user of the node when left out.').optional(),
    identityFile: text('localPath', 'Private key for the bastion; that of the node when left out.').optional(),
  })
  .meta({ description: 'One bastion in full.' })

const hopText = text('bastion', 'One bastion as user@host:port; user and port may be left out.')

const bastion = z.union([hopText, hop, z.array(z.union([hopText, hop])).max(8)]).meta({
  description: 'Bastion to go through, or a list of them from here outward; an empty list for a direct connection.',
})

const fields = {
  user: text('user', 'Login user.'),
  port: port('SSH port.'),
  identityFile: text(
    'localPath',
    'Private key file, or a public one (.pub) whose private half the SSH agent holds; ~ and paths relative to the inventory are resolved.',
  ).optional(),
  agent: z.boolean().meta({ description: 'Use the SSH agent when one is running.' }),
  bastion: bastion.optional(),
  sudo: z.boolean().meta({ description: 'Become root through sudo when the login user is not root.' }),
  hostKeyPolicy: z
    .enum(['yes', 'accept-new', 'ask'])
    .meta({
      description:
        'What to do about an unknown host key: yes refuses it, accept-new stores it, ask asks. Left out: ask on a terminal, else yes. A changed key is always refused.',
    })
    .optional(),
  knownHosts: text('localPath', 'File for the host keys of this cluster.'),
}

/** `ssh`: what holds for every node. */
export const sshSchema = z
  .strictObject({
    ...fields,
    user: fields.user.default('root'),
    port: fields.port.default(22),
    agent: fields.agent.default(true),
    sudo: fields.sudo.default(true),
    knownHosts: fields.knownHosts.default('known_hosts'),
  })
  .meta({ description: 'How to reach the nodes. Every field can be overridden for one node under nodes[].ssh.' })

/** `nodes[].ssh`: what differs for one node. */
export const nodeSshSchema = z
  .strictObject({
    host: text('host', "Where to connect to; the node's address when left out.").optional(),
    ...fields,
    user: fields.user.optional(),
    port: fields.port.optional(),
    agent: fields.agent.optional(),
    sudo: fields.sudo.optional(),
    knownHosts: fields.knownHosts.optional(),
    hostKey: text('hostKey', 'Pinned fingerprint of the host key of this node.').optional(),
  })
  .meta({ description: 'What differs from ssh for this node.' })

export type SshInput = z.infer<typeof sshSchema>
export type NodeSshInput = z.infer<typeof nodeSshSchema>
export type BastionInput = z.infer<typeof bastion>
export type HopInput = z.infer<typeof hop> | string
