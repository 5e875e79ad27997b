import { applyWording, inWords, type NextStep } from '../src/next-step.js'

/** A next step as an apply of inventory.yaml prints it. */
export function said(step: NextStep | undefined, inventoryPath = 'inventory.yaml'): string | undefined {
  return step === undefined ? undefined : inWords(step, applyWording(inventoryPath))
}

/** A finding as an apply of inventory.yaml prints it. */
export function worded<Found extends { readonly fix: NextStep }>(found: Found): Found & { readonly fix: string } {
  return { ...found, fix: inWords(found.fix, applyWording('inventory.yaml')) }
}
