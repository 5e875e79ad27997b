import type { Finding } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'

function keys({ sources }: Inventory): readonly Finding[] {
  return (['kubernetes', 'containerd'] as const)
    .filter((name) => sources[name].key !== undefined && sources[name].fingerprints === undefined)
    .map((name) => ({
      severity: 'error',
      path: ['sources', name, 'key'],
      message: `sources.${name} has a key of its own but no fingerprints to accept it by`,
      fix: 'Add `fingerprints: [40 hexadecimal digits]`, as `gpg --show-keys FILE` prints.',
    }))
}

function manifests({ sources, network }: Inventory): readonly Finding[] {
  const { calico, sha256 } = sources.manifests
  const path = ['sources', 'manifests', sha256 === undefined ? 'calico' : 'sha256']
  if (sha256 !== undefined && calico === undefined) {
    const fix = 'Add `calico: ADDRESS`, or take sha256 out.'
    return [{ severity: 'error', path, message: 'sha256 is given without the manifest it belongs to', fix }]
  }
  if (calico === undefined || network.cni === 'calico') return []
  const fix = 'Take it out, or set `network.cni: calico`.'
  return [
    { severity: 'warning', path, at: 'key', message: 'the Calico manifest is not used with this network.cni', fix },
  ]
}

function mirrors({ containerd }: Inventory): readonly Finding[] {
  if (!Array.isArray(containerd.mirrors)) return []
  const seen = new Set<string>()
  return containerd.mirrors.flatMap((mirror, index): Finding[] => {
    if (!seen.has(mirror.registry)) {
      seen.add(mirror.registry)
      return []
    }
    const path = ['containerd', 'mirrors', index, 'registry']
    return [
      {
        severity: 'error',
        path,
        message: `${mirror.registry} has an entry already`,
        fix: 'Put all its mirrors into one list of endpoints.',
      },
    ]
  })
}

/** Package sources, manifests and mirrors. */
export function checkSources(inventory: Inventory): readonly Finding[] {
  return [...keys(inventory), ...manifests(inventory), ...mirrors(inventory)]
}
