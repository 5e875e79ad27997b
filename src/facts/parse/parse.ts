import { hostsRewrittenBy } from '../cloud-hosts.js'
import type { Facts } from '../facts.js'
import { parseHosts } from './parse-hosts.js'
import { parseKubernetes } from './parse-kubernetes.js'
import {
  isContainer,
  parseActiveSwap,
  parseClock,
  parseCpus,
  parseFilesystems,
  parseFstab,
  parseMemory,
  parseMissingControllers,
  parseNameservers,
  parseOs,
  parseVirtualization,
  parseWaagent,
} from './parse-machine.js'
import { parseListening, parseNetwork, parseVip } from './parse-network.js'
import { parsePackages } from './parse-packages.js'
import { parseRecord } from './parse-record.js'
import { parseProxy, parseSecurity } from './parse-security.js'
import { parseSysctlFiles } from './parse-sysctl-files.js'
import { parseTime } from './parse-time.js'
import { parseUnits } from './parse-units.js'
import { linesOf, printable, readSections, type Sections } from './sections.js'
import { lineOf, proxyFilesAmong, readTextFiles, type TextFiles } from './text-files.js'

/** Where an answer came from and when: seconds since the epoch by the operator's clock, with fractions. */
export interface Origin {
  readonly node: string
  readonly sentAt: number
  readonly receivedAt: number
}

/** Reads what `factsScript` printed on a node. Throws FACTS_UNREADABLE, naming node and section; nothing is half-read. */
export function parseFacts(output: string, origin: Origin): Facts {
  const sections = readSections(output, origin.node)
  const files = readTextFiles(sections)
  const signs = new Set(linesOf(sections.text('signs')))
  const network = parseNetwork(sections, files)
  const vip = parseVip(sections, network)
  const virtualization = parseVirtualization(files, sections)
  const init = lineOf(files, '/proc/1/comm', sections)
  const units = parseUnits(sections, init)
  const proxy = parseProxy(files)
  const rewrites = hostsRewrittenBy(files)
  const proxyFiles = proxyFilesAmong(files)
  return {
    os: parseOs(files, sections),
    kernel: lineOf(files, '/proc/sys/kernel/osrelease', sections),
    architecture: printable(sections.text('architecture').trim()),
    init,
    virtualization,
    cpus: parseCpus(files, sections),
    memoryBytes: parseMemory(files, 'MemTotal', sections),
    memoryAvailableBytes: parseMemory(files, 'MemAvailable', sections),
    filesystems: parseFilesystems(files, sections),
    identity: { ...parseIdentity(files, sections, isContainer(virtualization)), macs: network.macs },
    ...parseHosts(sections),
    addresses: network.addresses,
    linkMacs: network.linkMacs,
    mtus: network.mtus,
    routes: network.routes,
    gateways: network.gateways,
    ...(vip === undefined ? {} : { vip }),
    clock: parseClock(sections, { sentAt: origin.sentAt, receivedAt: origin.receivedAt }),
    dBus: signs.has('d-bus'),
    sysctlFiles: parseSysctlFiles(sections, files),
    cloudInit: signs.has('cloud-init'),
    ...(rewrites === undefined ? {} : { hostsRewrittenBy: printable(rewrites) }),
    time: parseTime(units.daemons, sections, files, signs),
    security: parseSecurity(files, units.active),
    ...(proxy === undefined ? {} : { proxy }),
    ...(proxyFiles.length === 0 ? {} : { proxyFiles }),
    swap: {
      active: parseActiveSwap(files, sections),
      units: units.swap,
      generators: [...signs].flatMap((sign) => /^swap-generator (.+)$/.exec(sign)?.[1] ?? []),
      fstab: parseFstab(files),
      ...parseWaagent(files),
    },
    kernelFeatures: parseKernelFeatures(sections, files, signs),
    packages: parsePackages(sections, signs),
    otherClusters: [...new Set([...linesOf(sections.text('other-clusters')), ...units.otherClusters])],
    ...parseNameservers(files),
    listening: parseListening(sections),
    kubernetes: parseKubernetes(sections, files, signs),
    record: parseRecord(sections),
    ...(units.active.has('keepalived.service') ? { keepalived: true as const } : {}),
    ...(units.active.has('NetworkManager.service') ? { networkManager: true as const } : {}),
    activeUnits: units.activeUnits,
  }
}

function parseIdentity(files: TextFiles, sections: Sections, container: boolean): Omit<Facts['identity'], 'macs'> {
  const own = linesOf(files.get('/etc/hostname') ?? '').find((line) => !line.startsWith('#'))
  const uuid = container ? undefined : files.get('/sys/class/dmi/id/product_uuid')?.trim().toLowerCase()
  return {
    hostname: own === undefined ? lineOf(files, '/proc/sys/kernel/hostname', sections) : printable(own.trim()),
    machineId: printable(files.get('/etc/machine-id')?.trim() ?? ''),
    ...(uuid === undefined ? {} : { productUuid: printable(uuid) }),
    bootId: lineOf(files, '/proc/sys/kernel/random/boot_id', sections),
  }
}

function parseKernelFeatures(
  sections: Sections,
  files: TextFiles,
  signs: ReadonlySet<string>,
): Facts['kernelFeatures'] {
  const features = {
    overlay: /\boverlay$/m.test(files.get('/proc/filesystems') ?? ''),
    bridgeNetfilter: signs.has('bridge'),
    conntrack: signs.has('conntrack'),
  }
  const cgroup = signs.has('cgroup2') ? 'v2' : 'v1'
  const inForce: Readonly<Record<string, boolean>> = {
    overlay: features.overlay,
    br_netfilter: features.bridgeNetfilter,
    nf_conntrack: features.conntrack,
  }
  return {
    ...features,
    unavailable: linesOf(sections.text('modules')).filter((module) => inForce[module] !== true),
    modulesDirectory: signs.has('modules'),
    ipv6: signs.has('ipv6'),
    cgroup,
    missingControllers: parseMissingControllers(files, cgroup),
  }
}
