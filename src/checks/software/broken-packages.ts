import type { Check } from '../check.js'

/** P26, before: an interrupted package manager is healed by the installation; only what that cannot heal is fatal there. */
export const brokenPackages: Check = ({ seen }) =>
  seen
    .filter(({ facts }) => facts.packages.broken)
    .map(({ node: { name } }) => ({
      id: 'P26',
      severity: 'warning',
      node: name,
      message: `Packages of ${name} are only half installed; the first installation finishes them (\`dpkg --configure -a\`)`,
      fix: `To see which: \`dpkg --audit\` on ${name}`,
    }))
