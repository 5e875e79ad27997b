import { Args, Flags } from '@oclif/core'

/** `-i FILE`, for every command that needs an inventory. */
export const inventoryFlag = {
  inventory: Flags.string({
    char: 'i',
    description: 'The inventory: the machines and their desired state.',
    env: 'TRIPOD_INVENTORY',
    default: 'inventory.yaml',
    helpValue: 'FILE',
  }),
}

/** A flag with a value that may be given several times, and takes one value each time. */
export const repeatable = (helpValue: string, description: string) =>
  Flags.string({ multiple: true, multipleNonGreedy: true, helpValue, description })

/** Which part of the cluster is meant. An unknown name is an error, never "nothing to do". */
export const selectorFlags = {
  node: repeatable('NAME', 'Only this node (repeatable).'),
  'skip-node': repeatable('NAME', 'All but this node (repeatable).'),
  step: repeatable('STEP', 'Only this step (repeatable); `tripod steps` lists them.'),
}

/** Secrets are given by prompt or environment, never as the value of a flag: other users can read command lines. */
export const connectionFlags = {
  'ask-ssh-pass': Flags.boolean({ description: 'Ask for the SSH password (or set TRIPOD_SSH_PASSWORD).' }),
  'ask-sudo-pass': Flags.boolean({ description: 'Ask for the sudo password (or set TRIPOD_SUDO_PASSWORD).' }),
}

export const noInputFlag = {
  'no-input': Flags.boolean({ description: 'Never ask; fail and name the flag to use instead.' }),
}

/** How much is said on stderr while it works. */
export const progressFlags = {
  quiet: Flags.boolean({ char: 'q', description: 'No progress.', exclusive: ['verbose'] }),
  verbose: Flags.boolean({ char: 'v', description: 'Every line the nodes print, with the name of the node.' }),
}

export const consentFlags = {
  yes: Flags.boolean({ char: 'y', description: 'Apply without asking (automation).' }),
  confirm: Flags.string({
    helpValue: 'CLUSTER',
    description: 'Name of the cluster, to allow the loss of data without asking.',
  }),
}

/** For what needs the name of the cluster: a plan that is looked at, saved, or carried out. */
export const leavingFlags = {
  'dry-run': Flags.boolean({ description: 'Show the plan and end.' }),
  out: Flags.string({
    helpValue: 'FILE',
    description: 'Save the plan, to be shown (`tripod show`) and applied (`tripod apply FILE`) as it is, and end.',
  }),
  confirm: Flags.string({ helpValue: 'CLUSTER', description: 'Name of the cluster, instead of being asked for it.' }),
}

export const fullFlag = {
  full: Flags.boolean({ description: 'Whole diffs, however long.' }),
}

export const explainFlag = {
  explain: Flags.boolean({ description: 'Say of each step why it is there.' }),
}

export const nodeArg = { node: Args.string({ required: true, description: 'Name of the node.' }) }

export const detailFlags = {
  ...fullFlag,
  ...explainFlag,
  'detailed-exitcode': Flags.boolean({ description: 'End with status 2 when there are changes.' }),
}

/** All that a command needs which connects to the nodes. */
export const targetFlags = {
  ...inventoryFlag,
  ...selectorFlags,
  ...connectionFlags,
  ...noInputFlag,
  ...progressFlags,
}

/** For what is done with one node through the others, and needs a yes. */
export const cordonFlags = {
  ...inventoryFlag,
  'dry-run': leavingFlags['dry-run'],
  out: leavingFlags.out,
  yes: consentFlags.yes,
  'skip-node': repeatable('NAME', 'Do not look at this control-plane node (repeatable).'),
  ...fullFlag,
  ...explainFlag,
  ...connectionFlags,
  ...noInputFlag,
  ...progressFlags,
}
