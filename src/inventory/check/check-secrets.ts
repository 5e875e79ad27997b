import type { Finding, Path } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'
import { isSecretSource, looksSecret, namesSecret } from './secret-setting.js'

interface Place {
  readonly path: Path
  readonly settings: unknown
  /** Whether a reference may stand for the secret. */
  readonly takesSource: boolean
}

/** Settings that are passed on as they stand: a secret among them would be shown by the plan and lie readable on the nodes. */
export function checkSecrets({ containerd, kubelet, kubeProxy, apiServer }: Inventory): readonly Finding[] {
  const places: readonly Place[] = [
    { path: ['containerd', 'config'], settings: containerd.config, takesSource: true },
    { path: ['kubelet'], settings: kubelet, takesSource: false },
    { path: ['kubeProxy'], settings: kubeProxy, takesSource: false },
    { path: ['apiServer', 'extraArgs'], settings: apiServer.extraArgs, takesSource: false },
  ]
  return places.flatMap((place) => findingsIn(place, place.settings, place.path, false))
}

function findingsIn(place: Place, value: unknown, path: Path, isNamed: boolean): readonly Finding[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => findingsIn(place, one, [...path, index], isNamed))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, one]) => findingsIn(place, one, [...path, name], namesSecret(name)))
  if (typeof value === 'boolean' || value === null || value === '') return []
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const isSecret = isNamed || looksSecret(text)
  if (!isSecret || (place.takesSource && isNamed && isSecretSource(text))) return []
  return [inClear(place, path, isNamed)]
}

function inClear({ takesSource }: Place, path: Path, isNamed: boolean): Finding {
  const message = `${path.map(String).join('.')} holds a secret in clear text, which plans would show and every user of the nodes could read`
  if (!takesSource)
    return {
      severity: 'error',
      path,
      secret: true,
      message,
      fix: 'Put the secret into a file on the nodes that only root can read, and name that file in a setting that takes a path.',
    }
  const how = 'env:NAME (a variable of the environment) or file:PATH (a file on this computer)'
  return {
    severity: 'error',
    path,
    secret: true,
    message,
    fix: isNamed
      ? `Write ${how} in its place.`
      : `Use the setting for credentials (auth, password, token, Authorization) with ${how}.`,
  }
}
