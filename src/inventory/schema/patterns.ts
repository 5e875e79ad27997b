import type { CheckId } from '../../check-catalogue.js'
import { DEFAULT_KUBERNETES, knownMinor, newestPatch } from '../versions.js'

/** One kind of text in the inventory: what it must look like, said in words an operator understands. */
export interface Pattern {
  /** "is not {what}" completes the sentence about a wrong value. */
  readonly what: string
  readonly regex: RegExp
  /** Why it is refused, or what is allowed. */
  readonly allowed: string
  readonly example: string
  /** A right value made from the wrong one, where that can be guessed. */
  readonly mend?: (wrong: string) => string
  /** Number of the preflight check in domain terms (P07), where it has one. */
  readonly code?: CheckId
}

/**
 * Linux has room for 64 characters (HOST_NAME_MAX), but the kubelet labels its node with the name (kubernetes.io/hostname), and
 * the API server takes no label value of more than 63: such a node would never register.
 */
const LONGEST_NODE_NAME = 63

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
// A last label of digits alone would be a mistyped IP address.
const dnsName = (end: string): string => `(?=[^/:]{1,253}${end})(?!(?:[^/:]*\\.)?[0-9]+${end})${LABEL}(?:\\.${LABEL})*`
const DNS_NAME = dnsName('$')
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`
// Coarse: the colons and digits of an IPv6 address; address.ts reads it exactly.
const IPV6 = '(?=[0-9A-Fa-f.]*:)[0-9A-Fa-f:.]{2,45}'
const PORT = '(?::[0-9]{1,5})?'
const URL_PATH = '(?:/[A-Za-z0-9._~:@%+=,-]*)*'
const URL = `https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[${IPV6}\\])${PORT}${URL_PATH}`
// A file of the operator: letters of any language and inner spaces, nothing a shell or a config file would read as syntax.
const LOCAL_PATH = '(?![ -])(?:~/)?[\\p{L}\\p{N}_@%+=,./ -]+(?<! )'
const USER = '[A-Za-z_][A-Za-z0-9_.-]{0,31}'
const BASTION_HOST = `(?:${dnsName('(?:$|:)')}|${IPV4}|\\[${IPV6}\\])`

const whole = (source: string): RegExp => new RegExp(`^(?:${source})$`, 'u')
const label = (wrong: string): string =>
  wrong
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63)
/** Of an address that was pasted from a browser or a proxy's settings. */
const withoutScheme = (wrong: string): string => wrong.toLowerCase().replace(/^[a-z]+:\/\//, '')
const words = 'lower-case letters, digits and "-", not at either end'
// Of a long name with dots the first label is more likely meant than the beginning of its domain.
const hostName = (wrong: string): string => {
  const labels = wrong.split('.').map(label).filter(Boolean)
  return labels.join('.').length > LONGEST_NODE_NAME ? (labels[0] ?? '') : labels.join('.')
}

/** Every pattern of the inventory. None lets quotes, line breaks, `$`, backticks or other syntax of a shell or config file pass. */
export const PATTERNS = {
  clusterName: {
    what: 'a cluster name',
    regex: whole(LABEL),
    allowed: `at most 63 characters: ${words}`,
    example: 'lab',
    mend: label,
  },
  nodeName: {
    what: 'a node name',
    // After a dot a last label of digits alone would make an address of it.
    regex: whole(`(?=.{1,${String(LONGEST_NODE_NAME)}}$)(?!.*\\.[0-9]+$)${LABEL}(?:\\.${LABEL})*`),
    allowed: `the node's host name: labels of ${words}, joined by dots; at most ${String(LONGEST_NODE_NAME)} characters, as the kubelet makes a label of it, and no number after the last dot`,
    example: 'm1',
    mend: hostName,
    code: 'P07',
  },
  dnsName: {
    what: 'a DNS name',
    regex: whole(DNS_NAME),
    allowed: `labels of ${words}, joined by dots`,
    example: 'cluster.local',
    mend: (wrong: string) => wrong.split('.').map(label).filter(Boolean).join('.'),
  },
  address: {
    what: 'an IP address',
    regex: whole(`${IPV4}|${IPV6}`),
    allowed: 'IPv4 without leading zeros, or IPv6',
    example: '10.0.0.11',
    mend: (wrong: string) => wrong.replaceAll(/\b0+(?=[0-9])/g, '').replace(/\/[0-9]+$/, ''),
  },
  cidr: {
    what: 'a subnet',
    regex: whole(`${IPV4}/(?:3[0-2]|[12]?[0-9])|${IPV6}/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])`),
    allowed: 'an IP address and a prefix length',
    example: '10.244.0.0/16',
    mend: (wrong: string) => wrong.replaceAll(/\b0+(?=[0-9])/g, ''),
  },
  host: {
    what: 'a host name or an IP address',
    regex: whole(`${DNS_NAME}|${IPV4}|${IPV6}`),
    allowed: `a name of ${words}, joined by dots; or an IP address`,
    example: 'ntp.example.org',
    mend: (wrong: string) => withoutScheme(wrong.trim()).replace(/\/.*$/, ''),
  },
  subjectName: {
    what: 'a host name or an IP address',
    regex: whole(`(?:\\*\\.)?${DNS_NAME}|${IPV4}|${IPV6}`),
    allowed: `a name of ${words}, joined by dots, with at most a leading "*."; or an IP address`,
    example: 'api.example.org',
  },
  hostAndPort: {
    what: 'a host and a port',
    regex: whole(`(?:${dnsName(':')}|${IPV4}|\\[${IPV6}\\]):[0-9]{1,5}`),
    allowed: 'host:port, an IPv6 address in brackets',
    example: 'lb.example.org:6443',
    mend: (wrong: string) => `${wrong.replace(/^[a-z]+:\/\//, '').replace(/[/:].*$/, '')}:6443`,
  },
  bastion: {
    what: 'a bastion',
    regex: whole(`(?:${USER}@)?${BASTION_HOST}${PORT}`),
    allowed: 'user@host:port, where user and port may be left out',
    example: 'ops@jump.example.org:22',
  },
  secretSource: {
    what: 'the source of a secret',
    regex: whole(`env:[A-Za-z_][A-Za-z0-9_]*|file:${LOCAL_PATH}`),
    allowed: 'env:NAME (a variable of the environment) or file:PATH (a file on this computer), never the secret itself',
    example: 'env:VRRP_PASSWORD',
  },
  interface: {
    what: 'the name of a network interface',
    regex: whole('[A-Za-z0-9][A-Za-z0-9_.-]{0,14}'),
    allowed: 'at most 15 letters, digits, ".", "_" and "-"',
    example: 'eth0',
  },
  user: {
    what: 'a user name',
    regex: whole(USER),
    allowed: 'at most 32 letters, digits, "_", "-" and "."',
    example: 'ops',
  },
  localPath: {
    what: 'a path on this computer',
    regex: whole(LOCAL_PATH),
    allowed: 'absolute, from ~/ or relative to the inventory, without quotes, "$", ":" and other syntax',
    example: '~/.ssh/id_ed25519',
  },
  nodePath: {
    what: 'an absolute path on the node',
    regex: whole('(?:/[A-Za-z0-9_@+][A-Za-z0-9_@%+=,.-]*)+'),
    allowed: 'beginning with "/", without spaces, quotes, "$", ":" and other syntax',
    example: '/etc/ssl/certs/mirror.pem',
  },
  url: {
    what: 'an address of the form https://host/path',
    regex: whole(URL),
    allowed: 'http or https, without user, password, spaces, quotes, "?" and "#"',
    example: 'https://mirror.example.org/kubernetes',
  },
  proxyAddress: {
    what: 'the address of a proxy',
    regex: whole(
      `https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[${IPV6}\\])${PORT}/?|env:[A-Za-z_][A-Za-z0-9_]*|file:${LOCAL_PATH}`,
    ),
    allowed:
      'http://host:port; with user and password only by env:NAME (a variable of the environment) or file:PATH (a file on this computer)',
    example: 'http://proxy.example.org:3128',
    mend: (wrong: string) => (wrong.includes('://') ? wrong : `http://${wrong}`),
  },
  noProxy: {
    what: 'a host, a domain or a subnet',
    regex: whole(`\\.?${DNS_NAME}|${IPV4}(?:/(?:3[0-2]|[12]?[0-9]))?|${IPV6}(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?`),
    allowed: `a name of ${words}, joined by dots, with a dot before it for all names below it; an IP address; or a subnet`,
    example: '.example.org',
    mend: (wrong: string) => withoutScheme(wrong.trim()).replace(/^\*\./, '.').replace(/:\d+$/, ''),
  },
  urlOrLocalPath: {
    what: 'an address or a path on this computer',
    regex: whole(`${URL}|${LOCAL_PATH}`),
    allowed: 'https://host/path, or a file (absolute, from ~/ or relative to the inventory)',
    example: 'https://mirror.example.org/Release.key',
  },
  registry: {
    what: 'an image registry',
    regex: whole(`(?:${LABEL}(?:\\.${LABEL})*|${IPV4}|\\[${IPV6}\\])${PORT}(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*`),
    allowed: 'host, host:port or host/path, without https:// and in lower case',
    example: 'registry.example.org/k8s',
    mend: (wrong: string) => withoutScheme(wrong).replace(/\/+$/, ''),
  },
  mirroredRegistry: {
    what: 'the name of an image registry',
    regex: whole(`_default|(?:${LABEL}(?:\\.${LABEL})*|${IPV4})${PORT}`),
    allowed: 'host or host:port as in image names, or _default for all others',
    example: 'docker.io',
    mend: (wrong: string) => withoutScheme(wrong).replace(/\/.*$/, ''),
  },
  kubernetesVersion: {
    what: 'a Kubernetes version',
    regex: whole('[0-9]+\\.[0-9]+\\.[0-9]+'),
    allowed: 'major.minor.patch without "v"',
    example: DEFAULT_KUBERNETES,
    mend: (wrong: string) => {
      // With what packages and other distributions of Kubernetes append: 1.31.2-1.1, v1.31.2+k3s1, 1.31.x.
      const [, line = '', patch] = /^v?(1\.\d+)(?:\.(\d+))?(?!\d)/i.exec(wrong.trim()) ?? []
      const minor = knownMinor(line)
      if (minor === undefined) return wrong
      return patch === undefined ? newestPatch(minor) : `${line}.${patch}`
    },
    code: 'P24',
  },
  containerdVersion: {
    what: 'a containerd version',
    regex: whole('[0-9]+\\.[0-9]+(?:\\.[0-9]+)?'),
    allowed: 'major.minor (its newest patch) or major.minor.patch, without "v"',
    example: '2.3',
    mend: (wrong: string) => wrong.replace(/^v/, ''),
  },
  fingerprint: {
    what: 'the fingerprint of a signing key',
    regex: whole('[0-9A-Fa-f]{40}'),
    allowed: '40 hexadecimal digits without spaces, as `gpg --show-keys` prints',
    example: 'DE15B14486CD377B9E876E1A234654DA9A296436',
    mend: (wrong: string) => wrong.replaceAll(/[\s:]|^0x/g, '').toUpperCase(),
  },
  sha256: {
    what: 'a sha256 sum',
    regex: whole('[0-9a-f]{64}'),
    allowed: '64 hexadecimal digits in lower case, as `sha256sum` prints',
    example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    mend: (wrong: string) => wrong.toLowerCase().replace(/^sha256:/, ''),
  },
  hostKey: {
    what: 'the fingerprint of a host key',
    regex: whole('SHA256:[A-Za-z0-9+/]{43}'),
    allowed: '"SHA256:" and 43 characters, as `ssh-keygen -lf` prints',
    example: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU',
  },
  labelKey: {
    what: 'a label or taint key',
    regex: whole(`(?:${dnsName('/')}/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?`),
    allowed: 'at most 63 letters, digits, "-", "_" and ".", with or without a DNS name and "/" before it',
    example: 'topology.kubernetes.io/zone',
  },
  labelValue: {
    what: 'a label or taint value',
    regex: whole('(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?'),
    allowed: 'empty, or at most 63 letters, digits, "-", "_" and ".", not at either end',
    example: 'rack-1',
    mend: (wrong: string) =>
      wrong.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, ''),
  },
  flagName: {
    what: 'a flag of the API server',
    regex: whole('[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'),
    allowed: 'the name of the flag without "--"',
    example: 'audit-log-maxage',
    mend: (wrong: string) => wrong.replace(/^-+/, ''),
  },
  settingName: {
    what: 'the name of a setting',
    // `__proto__` would be a trap for whoever copies the settings.
    regex: whole('(?!__proto__$)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]{1,253}'),
    allowed: 'one line without control characters',
    example: 'maxPods',
  },
  settingText: {
    what: 'a text a configuration file can hold on one line',
    regex: whole('[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*'),
    allowed: 'any characters but line breaks, tabs and other control characters',
    example: '110',
  },
} as const satisfies Record<string, Pattern>

export type PatternName = keyof typeof PATTERNS

/** The pattern whose regular expression prints as `source` (`/.../u`), as zod's issues name it. */
export function patternOf(source: string): Pattern | undefined {
  return Object.values<Pattern>(PATTERNS).find((pattern) => String(pattern.regex) === source)
}
