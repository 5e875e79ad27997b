import * as formats from './formats.js'
import { template } from './template.js'
import aptConf from './apt.conf.hbs'
import aptSources from './apt.sources.hbs'
import checkHaproxy from './check-haproxy.sh.hbs'
import chrony from './chrony.conf.hbs'
import crictl from './crictl.yaml.hbs'
import dnfRepo from './dnf.repo.hbs'
import firewalldPolicy from './firewalld-policy.xml.hbs'
import haproxy from './haproxy.cfg.hbs'
import hosts from './hosts.toml.hbs'
import inventory from './inventory.yaml.hbs'
import keepalived from './keepalived.conf.hbs'
import kubeadmCluster from './kubeadm-cluster.yaml.hbs'
import kubeadmComponent from './kubeadm-component.yaml.hbs'
import kubeadmInit from './kubeadm-init.yaml.hbs'
import kubeadmJoin from './kubeadm-join.yaml.hbs'
import kubeadmToken from './kubeadm-token.yaml.hbs'
import metaData from './meta-data.hbs'
import modules from './modules.conf.hbs'
import networkConfig from './network-config.hbs'
import networkManager from './network-manager.conf.hbs'
import proxyConf from './proxy.conf.hbs'
import proxyEnv from './proxy.env.hbs'
import sysctl from './sysctl.conf.hbs'
import userData from './user-data.hbs'
import vagrantfile from './Vagrantfile.hbs'
import type { YamlRow } from './yaml-rows.js'

/** What kubeadm is told of the version of its format, and of what differs with it. */
export interface KubeadmFormat {
  /** `kubeadm.k8s.io/v1beta4`. */
  readonly apiVersion: string
  /** Extra arguments are lists of name and value, not maps. */
  readonly argsAreLists: boolean
  /** Waits stand in a structure of their own, not with the API server. */
  readonly hasTimeouts: boolean
}

/** A node that begins a cluster or joins one. */
export interface KubeadmNode extends KubeadmFormat {
  readonly name: string
  readonly address: string
  readonly apiPort: number
  /** None: as kubeadm does by itself. An empty list is a wish of its own. */
  readonly taints: {
    readonly list: readonly { readonly key: string; readonly value: string; readonly effect: string }[]
  } | null
  /** kubeadm's own checks that shall only warn. */
  readonly ignoredErrors: readonly string[]
  readonly token: string
}

/** What each template needs. All of it has to be given: a missing value is an error, an absent one is null. */
export interface TemplateData {
  readonly 'apt.conf': { readonly host: string; readonly authority: string }
  readonly 'apt.sources': {
    readonly uri: string
    readonly suite: string
    readonly component: string | null
    readonly keyring: string
  }
  readonly 'check-haproxy.sh': { readonly port: number; readonly peers: readonly string[] }
  readonly 'chrony.conf': { readonly servers: readonly string[]; readonly driftFile: string }
  readonly 'crictl.yaml': { readonly endpoint: string; readonly timeoutSeconds: number }
  readonly 'dnf.repo': {
    readonly id: string
    readonly url: string
    readonly keyring: string
    readonly authority: string | null
  }
  readonly 'firewalld-policy.xml': {
    readonly name: string
    /** Packets that the node forwards, not those to itself. */
    readonly forwarded: boolean
    /** Each part may be missing; a protocol without ports has no port. */
    readonly rules: readonly {
      readonly [Part in 'family' | 'source' | 'destination' | 'port' | 'protocol']: string | null
    }[]
  }
  readonly 'haproxy.cfg': {
    readonly adminSocket: string
    readonly bind: string
    /** Before HAProxy 2.2, which cannot speak HTTP over TLS to ask for health in its own words. */
    readonly legacy: boolean
    /** Whether the API servers answer who has no name. */
    readonly servers: readonly { readonly name: string; readonly address: string }[]
  }
  readonly 'hosts.toml': {
    readonly endpoints: readonly { readonly url: string }[]
    readonly ca: string | null
    readonly client: { readonly certificate: string; readonly key: string } | null
    readonly skipVerify: boolean
    readonly overridePath: boolean
  }
  readonly 'inventory.yaml': {
    readonly cluster: string
    readonly version: string
    readonly vip: string | null
    /** Whether machines of their own share the VIP. */
    readonly balancers: boolean
    readonly external: string | null
    readonly user: string
    readonly identityFile: string | null
    readonly bastion: string | null
    readonly nodes: readonly { readonly name: string; readonly address: string; readonly roles: readonly string[] }[]
    readonly podSubnet: string
    readonly serviceSubnet: string
  }
  readonly 'keepalived.conf': {
    readonly router: string
    readonly script: string
    readonly interface: string
    readonly id: number
    /** Seconds between advertisements. */
    readonly interval: number
    readonly subsecond: boolean
    readonly priority: number
    readonly address: string
    /** Empty: it is alone. */
    readonly peers: readonly string[]
    readonly password: string | null
    readonly vip: string
  }
  readonly 'kubeadm-cluster.yaml': KubeadmFormat & {
    readonly name: string
    readonly version: string
    /** host:port. */
    readonly endpoint: string
    readonly imageRepository: string
    readonly dnsRepository: string | null
    readonly podSubnet: string
    readonly serviceSubnet: string
    readonly dnsDomain: string
    readonly certSANs: readonly string[]
    readonly extraArgs: readonly { readonly name: string; readonly value: string }[]
  }
  readonly 'kubeadm-component.yaml': {
    readonly apiVersion: string
    readonly kind: string
    readonly rows: readonly YamlRow[]
  }
  readonly 'kubeadm-init.yaml': KubeadmNode & { readonly description: string }
  readonly 'kubeadm-join.yaml': KubeadmNode & {
    readonly caHash: string
    /** host:port. */
    readonly endpoint: string
    readonly isMaster: boolean
  }
  readonly 'kubeadm-token.yaml': {
    readonly apiVersion: string
    readonly version: string
    readonly token: string
    readonly description: string
  }
  readonly 'meta-data': { readonly instance: string; readonly name: string }
  readonly 'modules.conf': { readonly modules: readonly string[] }
  readonly 'network-config': {
    readonly interface: string
    readonly mac: string
    /** With its prefix. */
    readonly address: string
    /** The subnet of all addresses. */
    readonly everywhere: string
    readonly gateway: string
    readonly nameserver: string
  }
  readonly 'network-manager.conf': Readonly<Record<string, never>>
  readonly 'proxy.conf': {
    /** With the variables in it, which the drop-in then does not have. */
    readonly file: string | null
    readonly http: string
    readonly https: string
    readonly no: string
  }
  readonly 'proxy.env': { readonly http: string; readonly https: string; readonly no: string }
  readonly 'sysctl.conf': {
    readonly settings: readonly { readonly key: string; readonly value: number; readonly atLeast: boolean }[]
  }
  readonly 'user-data': {
    readonly name: string
    /** The name again where it has dots. */
    readonly fqdn: string | null
    readonly user: string
    readonly isRoot: boolean
    /** In the form of authorized_keys. */
    readonly key: string
  }
  readonly Vagrantfile: {
    readonly netmask: string
    readonly machines: readonly {
      readonly name: string
      readonly address: string
      readonly box: string
      readonly cpus: number
      readonly mebibytes: number
      readonly user: string
      readonly key: string
    }[]
  }
}

const TEMPLATES: { readonly [Name in keyof TemplateData]: (data: TemplateData[Name]) => string } = {
  'apt.conf': template('apt.conf', aptConf, formats.aptConf),
  'apt.sources': template('apt.sources', aptSources, formats.deb822),
  'check-haproxy.sh': template('check-haproxy.sh', checkHaproxy, formats.words),
  'chrony.conf': template('chrony.conf', chrony, formats.words),
  'crictl.yaml': template('crictl.yaml', crictl, formats.yaml),
  'dnf.repo': template('dnf.repo', dnfRepo, formats.deb822),
  'firewalld-policy.xml': template('firewalld-policy.xml', firewalldPolicy, formats.words),
  'haproxy.cfg': template('haproxy.cfg', haproxy, formats.words),
  'hosts.toml': template('hosts.toml', hosts, formats.toml),
  'inventory.yaml': template('inventory.yaml', inventory, formats.yamlText),
  'keepalived.conf': template('keepalived.conf', keepalived, formats.words),
  'kubeadm-cluster.yaml': template('kubeadm-cluster.yaml', kubeadmCluster, formats.yamlData),
  'kubeadm-component.yaml': template('kubeadm-component.yaml', kubeadmComponent, formats.yamlData),
  'kubeadm-init.yaml': template('kubeadm-init.yaml', kubeadmInit, formats.yamlData),
  'kubeadm-join.yaml': template('kubeadm-join.yaml', kubeadmJoin, formats.yamlData),
  'kubeadm-token.yaml': template('kubeadm-token.yaml', kubeadmToken, formats.yamlData),
  'meta-data': template('meta-data', metaData, formats.yaml),
  'modules.conf': template('modules.conf', modules, formats.conf),
  'network-config': template('network-config', networkConfig, formats.yaml),
  'network-manager.conf': template('network-manager.conf', networkManager, formats.conf),
  'proxy.conf': template('proxy.conf', proxyConf, formats.unit),
  'proxy.env': template('proxy.env', proxyEnv, formats.environment),
  'sysctl.conf': template('sysctl.conf', sysctl, formats.conf),
  'user-data': template('user-data', userData, formats.yaml),
  Vagrantfile: template('Vagrantfile', vagrantfile, formats.ruby),
}

/** The text of a configuration file, ending with a line break. Throws TEMPLATE_INVALID for a value that does not fit into it. */
export function render<Name extends keyof TemplateData>(name: Name, data: TemplateData[Name]): string {
  return TEMPLATES[name](data)
}
