import type { Selectors } from '../../engine/plan/plan-types.js'

export interface SelectorFlags {
  readonly node?: readonly string[] | undefined
  readonly 'skip-node'?: readonly string[] | undefined
  readonly step?: readonly string[] | undefined
}

/** Flags as selectors; what was not given is left out, which is not the same as "none". */
export function selectorsOf(flags: SelectorFlags): Selectors {
  return {
    ...(flags.node && { nodes: flags.node }),
    ...(flags['skip-node'] && { skipNodes: flags['skip-node'] }),
    ...(flags.step && { steps: flags.step }),
  }
}
