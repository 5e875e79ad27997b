import type { Check } from '../check.js'
import type { Finding } from '../finding.js'

const ARCHITECTURES = ['x86_64', 'aarch64']

/** P03: everything rests on systemd, and Kubernetes is packaged for two architectures. */
export const platform: Check = ({ seen }) =>
  seen.flatMap(({ node: { name }, facts }): readonly Finding[] => {
    const common = { id: 'P03', severity: 'fatal', node: name } as const
    const init = {
      ...common,
      message: `Process 1 of ${name} is ${facts.init}, not systemd`,
      fix: `Boot ${name} with systemd (\`apt-get install systemd-sysv\`), or use another machine`,
    }
    const architecture = {
      ...common,
      message: `is ${facts.architecture}; Kubernetes packages are for ${ARCHITECTURES.join(' and ')}`,
      fix: `Use another machine for ${name}`,
    }
    return [
      ...(facts.init === 'systemd' ? [] : [init]),
      ...(ARCHITECTURES.includes(facts.architecture) ? [] : [architecture]),
    ]
  })
