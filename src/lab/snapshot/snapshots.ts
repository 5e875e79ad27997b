import { TripodError } from '../../errors.js'
import type { LabRecord, LabSnapshot } from '../record.js'

/** Throws USAGE unless the name is of lower-case letters, digits and inner hyphens. */
export function requireSnapshotName(name: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name)) return
  const message = `${JSON.stringify(name)} cannot be the name of a snapshot: it takes 1 to 32 lower-case letters, digits and inner hyphens.`
  throw new TripodError('USAGE', message, 'Pass another name.')
}

/** Throws LAB_NEEDS when the lab has a snapshot of that name. */
export function requireNewSnapshot(lab: LabRecord, name: string): void {
  if (!snapshotsOf(lab).some((one) => one.name === name)) return
  const hint = 'Take another name: later snapshots may stand on that one.'
  throw new TripodError('LAB_NEEDS', `Lab ${lab.name} has a snapshot ${name} already.`, hint)
}

/** A snapshot by name. Throws LAB_NEEDS naming those there are. */
export function requireSnapshot(lab: LabRecord, name: string): LabSnapshot {
  const found = snapshotsOf(lab).find((one) => one.name === name)
  if (found !== undefined) return found
  const names = snapshotsOf(lab).map((one) => one.name).join(', ') // prettier-ignore
  const hint = names === '' ? `Take one: \`tripod lab snapshot ${name} --name ${lab.name}\`.` : `It has: ${names}.`
  throw new TripodError('LAB_NEEDS', `Lab ${lab.name} has no snapshot ${name}.`, hint)
}

/** Snapshots of a lab, oldest first. */
export function snapshotsOf(lab: Pick<LabRecord, 'snapshots'>): readonly LabSnapshot[] {
  return lab.snapshots ?? []
}
