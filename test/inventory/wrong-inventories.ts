import { LAB } from './lab.js'

/** One wrong inventory. `«` stands where the error must point; it is taken out before the text is read. */
export interface WrongInventory {
  readonly title: string
  readonly text: string
  readonly says: RegExp
  readonly fix: RegExp
  readonly code?: string
}

function lab(from: string, to: string): string {
  if (!LAB.includes(from)) throw new Error(`the inventory of the lab has no ${from}`)
  return LAB.replace(from, to)
}

const also = (more: string): string => `${LAB}${more}`

const YAML: readonly WrongInventory[] = [
  { title: 'an empty file', text: '«', says: /empty/, fix: /tripod init/ },
  { title: 'nothing but comments', text: '«# cluster: lab\n', says: /empty/, fix: /tripod init/ },
  { title: 'a list instead of a map', text: '«- cluster: lab\n', says: /must be a map, not a list/, fix: /cluster:/ },
  { title: 'a text instead of a map', text: '«hello\n', says: /must be a map/, fix: /cluster:/ },
  { title: 'two documents', text: `${LAB}---\n«cluster: other\n`, says: /more than one YAML document/, fix: /---/ },
  { title: 'a tab as indentation', text: lab('  vip:', '«\tvip:'), says: /tab/, fix: /spaces/ },
  { title: 'a duplicate key', text: also('«ssh:\n  user: other\n'), says: /twice/, fix: /one of them/ },
  {
    title: 'a duplicate key deep inside',
    text: lab('    address: 10.0.0.12', '    address: 10.0.0.12\n    «address: 10.0.0.22'),
    says: /twice/,
    fix: /one of them/,
  },
  {
    title: 'an open bracket',
    text: lab('roles: [control-plane]\n  - name: m2', 'roles: [control-plane\n  «- name: m2'),
    says: /./,
    fix: /bracket/,
  },
  { title: 'an open quote', text: also('firewall: "ignore\n«'), says: /missing/, fix: /quote/ },
  {
    title: 'an indentation that fits nothing',
    text: lab('  identityFile', ' «identityFile'),
    says: /indentation|unexpected/,
    fix: /indent/i,
  },
  { title: 'an alias', text: lab('user: ops', 'user: «*admin'), says: /alias/, fix: /quotes/ },
  {
    title: 'a bomb of aliases',
    text: 'a: &a [x, x]\nb: &b [«*a, *a]\nc: [*b, *b]\n',
    says: /alias/,
    fix: /Write the value out/,
  },
  { title: 'a value that begins with @', text: lab('user: ops', 'user: «@ops'), says: /plain value/, fix: /quotes/ },
  { title: 'a colon too many', text: lab('vip: 10.0.0.10', 'vip: «10.0.0.10: 6443'), says: /./, fix: /quotes|line/ },
]

const STRUCTURE: readonly WrongInventory[] = [
  {
    title: 'an unknown key at the top',
    text: lab('kubernetes:', '«kubernets:'),
    says: /unknown key "kubernets"/,
    fix: /Did you mean kubernetes\?/,
  },
  {
    title: 'an unknown key of a node',
    text: lab('    address: 10.0.0.12', '    «adress: 10.0.0.12'),
    says: /unknown key "adress"/,
    fix: /Did you mean address\?/,
  },
  {
    title: 'a key in the wrong place',
    text: also('«vip: 10.0.0.10\n'),
    says: /unknown key "vip"/,
    fix: /belongs under endpoint/,
  },
  {
    title: 'a key that resembles nothing',
    text: lab('  user: ops', '  «wibble: ops'),
    says: /unknown key "wibble"/,
    fix: /user, port, identityFile/,
  },
  {
    title: 'snake case',
    text: lab('identityFile:', '«identity_file:'),
    says: /unknown key/,
    fix: /Did you mean identityFile\?/,
  },
  {
    title: 'no cluster name',
    text: `«${LAB.replace('cluster: lab\n', '')}`,
    says: /cluster is missing/,
    fix: /Add `cluster:`/,
  },
  { title: 'no nodes', text: `«${LAB.slice(0, LAB.indexOf('nodes:'))}`, says: /nodes is missing/, fix: /Add `nodes:`/ },
  {
    title: 'an empty list of nodes',
    text: `${LAB.slice(0, LAB.indexOf('nodes:'))}nodes: «[]\n`,
    says: /nodes is empty/,
    fix: /at least one/,
  },
  {
    title: 'a node without an address',
    text: lab('- name: m2\n    address: 10.0.0.12', '- «name: m2'),
    says: /address is missing in nodes\[1\]/,
    fix: /Add `address:`/,
  },
  {
    title: 'a role that does not exist',
    text: lab('[control-plane]', '[«contol-plane]'),
    says: /"contol-plane" is not one of/,
    fix: /Did you mean control-plane\?/,
  },
  {
    title: 'the old word for a role',
    text: lab('[control-plane]', '[«master]'),
    says: /"master" is not one of/,
    fix: /control-plane, worker, load-balancer/,
  },
  {
    title: 'a role that is no list',
    text: lab('roles: [control-plane]', 'roles: «control-plane'),
    says: /must be a list/,
    fix: /\[control-plane\]/,
  },
  { title: 'a key without a value', text: also('firewall: «\n'), says: /not nothing/, fix: /Give it a value/ },
  {
    title: 'a number as a label',
    text: lab('roles: [control-plane]', 'roles: [control-plane]\n    labels: { tier: «1 }'),
    says: /must be a text, not a number/,
    fix: /in quotes: "1"/,
  },
  {
    title: 'true in words',
    text: lab('user: ops', 'sudo: «"yes"'),
    says: /must be true or false/,
    fix: /true or false/,
  },
  { title: 'a port out of range', text: lab('user: ops', 'port: «70000'), says: /at most 65535/, fix: /at most 65535/ },
  { title: 'a port in quotes', text: lab('user: ops', 'port: «"22"'), says: /must be a number/, fix: /without quotes/ },
  {
    title: 'a mistyped CNI',
    text: also('network:\n  cni: «calcio\n'),
    says: /"calcio" is not one of/,
    fix: /Did you mean calico\?/,
  },
  { title: 'a CNI that is a list', text: also('network:\n  cni: «[calico]\n'), says: /must be/, fix: /./ },
  {
    title: 'an operating system that is not supported',
    text: lab('roles: [control-plane]', 'roles: [control-plane]\n    os: «windows11'),
    says: /"windows11" is not one of/,
    fix: /debian12/,
  },
  {
    title: 'a check that cannot be let through',
    text: also('accept: [P05, «P17]\n'),
    says: /"P17" is not one of/,
    fix: /P04, P05, P11, P24/,
  },
  {
    title: 'a taint without an effect',
    text: lab('roles: [control-plane]', 'roles: [control-plane]\n    taints: [«{ key: a }]'),
    says: /effect is missing/,
    fix: /Add `effect:`/,
  },
]

const VALUES: readonly WrongInventory[] = [
  {
    title: 'a cluster name in capitals',
    text: lab('cluster: lab', 'cluster: «Lab_1'),
    says: /not a cluster name/,
    fix: /Write lab-1/,
  },
  {
    title: 'a node name in capitals',
    text: lab('name: m2', 'name: «M2'),
    says: /not a node name/,
    fix: /Write m2/,
    code: 'P07',
  },
  {
    title: 'a node name with a domain in capitals',
    text: lab('name: m2', 'name: «M2.Example.org.'),
    says: /not a node name/,
    fix: /Write m2\.example\.org$/,
    code: 'P07',
  },
  {
    title: 'a node name that is longer than its label may be, with its domain',
    text: lab('name: m2', `name: «m2.${'a'.repeat(50)}.example.org`),
    says: /at most 63 characters/,
    fix: /Write m2$/,
    code: 'P07',
  },
  {
    title: 'an address as a node name',
    text: lab('name: m2', 'name: «10.0.0.12'),
    says: /no number after the last dot/,
    fix: /for example m1/,
    code: 'P07',
  },
  {
    title: 'a node name that plans and logs would not show',
    text: lab('name: m2', 'name: «master.kubernetesserver'),
    says: /form of a bootstrap token/,
    fix: /for example master\.$/,
    code: 'P07',
  },
  {
    title: 'a node name of 64 letters',
    text: lab('name: m2', `name: «${'a'.repeat(64)}`),
    says: /not a node name/,
    fix: /Write a{63}$/,
    code: 'P07',
  },
  {
    title: 'an address with leading zeros',
    text: lab('10.0.0.12', '«10.0.0.012'),
    says: /leading zeros/,
    fix: /Write 10\.0\.0\.12$/,
  },
  {
    title: 'an address with five parts',
    text: lab('10.0.0.12', '«10.0.0.0.12'),
    says: /not an IP address/,
    fix: /for example/,
  },
  {
    title: 'an address above 255',
    text: lab('10.0.0.12', '«10.0.0.256'),
    says: /not an IP address/,
    fix: /for example/,
  },
  {
    title: 'a name instead of an address',
    text: lab('10.0.0.12', '«m2.example.org'),
    says: /not an IP address/,
    fix: /for example/,
  },
  {
    title: 'an IPv6 address with two gaps',
    text: lab('10.0.0.12', '«fd00::1::2'),
    says: /not an IP address/,
    fix: /fd00/,
  },
  {
    title: 'the loopback address',
    text: lab('10.0.0.12', '«127.0.0.1'),
    says: /loopback/,
    fix: /address the other nodes use/,
  },
  {
    title: 'a VIP with a prefix',
    text: lab('vip: 10.0.0.10', 'vip: «10.0.0.10/24'),
    says: /not an IP address/,
    fix: /Write 10\.0\.0\.10$/,
  },
  {
    title: 'a subnet without a prefix',
    text: also('network:\n  podSubnet: «10.244.0.0\n'),
    says: /not a subnet/,
    fix: /10\.244\.0\.0\/16/,
  },
  {
    title: 'a subnet with host bits',
    text: also('network:\n  podSubnet: «10.244.1.0/16\n'),
    says: /bits set behind its prefix/,
    fix: /Write 10\.244\.0\.0\/16/,
  },
  {
    title: 'a version with v',
    text: lab('version: 1.36.4', 'version: «v1.36.4'),
    says: /without "v"/,
    fix: /Write 1\.36\.4$/,
    code: 'P24',
  },
  {
    title: 'a version without a patch',
    text: lab('version: 1.36.4', 'version: «1.36'),
    says: /major\.minor\.patch/,
    fix: /Write 1\.36\.4$/,
    code: 'P24',
  },
  {
    title: 'a user with shell syntax',
    text: lab('user: ops', "user: «'ops; rm -rf /'"),
    says: /not a user name/,
    fix: /for example ops/,
  },
  {
    title: 'a path with a command',
    text: lab('~/.ssh/id_ed25519', '«~/$(id)'),
    says: /not a path/,
    fix: /for example/,
  },
  {
    title: 'a bastion with a space',
    text: lab('user: ops', 'bastion: «ops at jump'),
    says: /not a bastion/,
    fix: /ops@jump/,
  },
  {
    title: 'a mirror without https://',
    text: also('containerd:\n  mirrors:\n    docker.io: «mirror.example.org\n'),
    says: /https:\/\/host\/path/,
    fix: /for example https/,
  },
  {
    title: 'a registry with https://',
    text: also('sources:\n  images:\n    kubernetes: «https://registry.example.org\n'),
    says: /not an image registry/,
    fix: /Write registry\.example\.org/,
  },
  {
    title: 'a fingerprint that is too short',
    text: also('sources:\n  kubernetes:\n    fingerprints: [«9A296436]\n'),
    says: /40 hexadecimal digits/,
    fix: /for example/,
  },
  {
    title: 'a flag with dashes',
    text: also('apiServer:\n  extraArgs:\n    «--v: "2"\n'),
    says: /not a flag/,
    fix: /Write v$/,
  },
  {
    title: 'a label key with a space',
    text: lab('roles: [control-plane]', 'roles: [control-plane]\n    labels: { «"a b": c }'),
    says: /label or taint key/,
    fix: /for example/,
  },
  {
    title: 'a line break in a passed-through setting',
    text: also('kubelet:\n  clusterDomain: «"a\\nb: c"\n'),
    says: /one line/,
    fix: /for example/,
  },
  {
    title: 'null for a TOML setting',
    text: also('containerd:\n  config:\n    oom_score: «~\n'),
    says: /not nothing/,
    fix: /./,
  },
]

const TOGETHER: readonly WrongInventory[] = [
  {
    title: 'a name twice',
    text: lab('name: m2', 'name: «m1'),
    says: /the name m1 is already that of nodes\[0\]/,
    fix: /its own/,
  },
  {
    title: 'an address twice',
    text: lab('10.0.0.12', '«10.0.0.11'),
    says: /the address 10\.0\.0\.11 is already that of/,
    fix: /its own/,
  },
  {
    title: 'an SSH address twice',
    text: lab('    address: 10.0.0.12', '    address: 10.0.0.12\n    ssh: { host: «10.0.0.11 }'),
    says: /the SSH address 10\.0\.0\.11 port 22/,
    fix: /its own/,
  },
  {
    title: 'a VIP that is a node',
    text: lab('vip: 10.0.0.10', 'vip: «10.0.0.13'),
    says: /the VIP 10\.0\.0\.13 is the address of m3/,
    fix: /free address/,
  },
  {
    title: 'a VIP inside the service subnet',
    text: lab('vip: 10.0.0.10', 'vip: «10.96.0.10'),
    says: /inside network\.serviceSubnet/,
    fix: /network\.serviceSubnet/,
    code: 'P15',
  },
  {
    title: 'a node inside the pod subnet',
    text: lab('10.0.0.12', '«10.244.0.12'),
    says: /inside network\.podSubnet/,
    fix: /network\.podSubnet/,
    code: 'P15',
  },
  {
    title: 'subnets that overlap',
    text: also('network:\n  serviceSubnet: «10.244.128.0/17\n'),
    says: /overlap/,
    fix: /another subnet/,
    code: 'P15',
  },
  {
    title: 'a service subnet larger than a /12',
    text: also('network:\n  serviceSubnet: «172.0.0.0/11\n'),
    says: /larger than Kubernetes allows/,
    fix: /\/12 or longer/,
  },
  {
    title: 'a pod subnet too small for the nodes',
    text: also('network:\n  podSubnet: «10.244.0.0/23\n'),
    says: /too small/,
    fix: /shorter prefix/,
  },
  {
    title: 'a service subnet with fewer addresses than kubeadm asks for',
    text: also('network:\n  serviceSubnet: «10.96.0.0/29\n'),
    says: /too small: kubeadm wants at least 10 addresses/,
    fix: /\/28 or shorter/,
  },
  {
    title: 'an IPv6 pod subnet smaller than the share of one node',
    text: also('network:\n  podSubnet: «fd00:10:244::/112\n'),
    says: /too small: every node gets a \/64/,
    fix: /shorter prefix, for example \/56/,
  },
  {
    title: 'an IPv6 pod subnet of more shares than kubeadm cuts',
    text: also('network:\n  podSubnet: «fd00::/40\n'),
    says: /too large: every node gets a \/64/,
    fix: /\/48 or longer/,
  },
  {
    title: 'nftables for a kube-proxy that does not have it',
    text: `${lab('1.36.4', '1.28.15')}kubeProxy:\n  mode: «nftables\n`,
    says: /kube-proxy of Kubernetes 1\.28 has no mode nftables/,
    fix: /iptables.*1\.31 or newer/,
    code: 'P41',
  },
  {
    title: 'nftables where Calico does not support it',
    text: `${lab('1.36.4', '1.30.14')}kubeProxy:\n  mode: «nftables\n`,
    says: /Calico does not support kube-proxy's mode nftables/,
    fix: /1\.31 or newer/,
    code: 'P41',
  },
  {
    title: 'nftables behind a gate that is not open',
    text: `${lab('1.36.4', '1.30.14')}network: { cni: none }\nkubeProxy:\n  mode: «nftables\n`,
    says: /behind the feature gate NFTablesProxyMode/,
    fix: /featureGates/,
    code: 'P41',
  },
  {
    title: 'IPv6 beside IPv4',
    text: lab('10.0.0.12', '«fd00::12'),
    says: /m2 is IPv6, the address of m1 is IPv4/,
    fix: /IPv4 for all/,
  },
  {
    title: 'no master',
    text: LAB.replaceAll('control-plane', 'worker').replace('nodes:', '«nodes:'),
    says: /no node is a master/,
    fix: /1, 3 or 5/,
    code: 'P18',
  },
  {
    title: 'a master that is a load balancer by name',
    text: lab('roles: [control-plane]', 'roles: «[control-plane, load-balancer]'),
    says: /control-plane and load-balancer/,
    fix: /L3.*L1/,
  },
  {
    title: 'a user who cannot become root',
    text: lab('  user: ops', '  user: ops\n  sudo: «false'),
    says: /m1 is reached as ops, who without sudo is not root/,
    fix: /user: root/,
  },
  {
    title: 'a role twice',
    text: lab('roles: [control-plane]', 'roles: «[control-plane, control-plane]'),
    says: /role twice/,
    fix: /once/,
  },
  {
    title: 'one port for HAProxy and the API server',
    text: lab('vip: 10.0.0.10', 'vip: 10.0.0.10\n  apiPort: «6443'),
    says: /HAProxy and the API server both want 6443/,
    fix: /6444 \(L3\).*8443 \(L2\)/,
    code: 'P17',
  },
  {
    title: 'a port of etcd',
    text: lab('vip: 10.0.0.10', 'vip: 10.0.0.10\n  port: «2379'),
    says: /belongs to etcd/,
    fix: /8443/,
    code: 'P17',
  },
  {
    title: 'a port of the NodePort range',
    text: lab('vip: 10.0.0.10', 'vip: 10.0.0.10\n  port: «30443'),
    says: /NodePort/,
    fix: /8443/,
    code: 'P17',
  },
  {
    title: 'layout L4 by a flag',
    text: also('apiServer:\n  extraArgs:\n    «bind-address: 10.0.0.11\n'),
    says: /L4/,
    fix: /endpoint/,
    code: 'P17',
  },
  ...['false', 'False', 'FALSE', 'f', 'F', '0'].map((value) => ({
    title: `an API server that refuses anonymous requests, written ${value}`,
    text: also(`apiServer:\n  extraArgs:\n    anonymous-auth: «"${value}"\n`),
    says: /joins read cluster-info anonymously.*kubelet probes/,
    fix: /authentication-config.*\/livez, \/readyz, \/healthz.*cluster-info/,
  })),
  {
    title: 'a flag that is neither true nor false',
    text: also('apiServer:\n  extraArgs:\n    anonymous-auth: «"no"\n'),
    says: /true or false/,
    fix: /true/,
  },
  {
    title: 'an API server without RBAC',
    text: also('apiServer:\n  extraArgs:\n    authorization-mode: «Node,Webhook\n'),
    says: /Node and RBAC/,
    fix: /Node,RBAC/,
  },
  {
    title: 'neither vip nor external',
    text: lab('  vip: 10.0.0.10', '  interface: eth0').replace('endpoint:', '«endpoint:'),
    says: /neither vip nor external/,
    fix: /vip: ADDRESS/,
  },
  {
    title: 'vip and external',
    text: lab('  vip: 10.0.0.10', '  «vip: 10.0.0.10\n  external: lb.example.org:6443'),
    says: /exclude each other/,
    fix: /Take/,
  },
  {
    title: 'an external endpoint without a port',
    text: lab('vip: 10.0.0.10', 'external: «lb.example.org'),
    says: /host:port/,
    fix: /Write lb\.example\.org:6443/,
  },
  {
    title: 'an external endpoint with an impossible port',
    text: lab('vip: 10.0.0.10', 'external: «lb.example.org:99999'),
    says: /99999 is not a port/,
    fix: /65535/,
  },
  {
    title: 'load-balancer nodes beside an external one',
    text: `${lab('vip: 10.0.0.10', 'external: lb.example.org:6443').replace('nodes:', '«nodes:')}  - { name: lb, address: 10.0.0.5, roles: [load-balancer] }\n`,
    says: /exclude each other/,
    fix: /endpoint\.external/,
  },
  {
    title: 'Kubernetes too old',
    text: lab('1.36.4', '«1.21.14'),
    says: /1\.22 to 1\.37/,
    fix: /1\.22\.17/,
    code: 'P24',
  },
  { title: 'Kubernetes too new', text: lab('1.36.4', '«1.38.0'), says: /1\.22 to 1\.37/, fix: /1\.37/, code: 'P24' },
  {
    title: 'a containerd that does not fit',
    text: also('containerd:\n  version: «1.7.28\n'),
    says: /containerd 1\.7\.28 does not fit Kubernetes 1\.36/,
    fix: /Write 2\.3.*accept: \[P24\]/,
    code: 'P24',
  },
  {
    title: 'a key of its own without fingerprints',
    text: also('sources:\n  kubernetes:\n    key: «./mirror.key\n'),
    says: /no fingerprints/,
    fix: /fingerprints:/,
  },
  {
    title: 'a sum without its manifest',
    text: also(`sources:\n  manifests:\n    sha256: «${'a'.repeat(64)}\n`),
    says: /without the manifest/,
    fix: /calico: ADDRESS/,
  },
  {
    title: 'a registry with two mirror entries',
    text: also(
      'containerd:\n  mirrors:\n    - { registry: docker.io, endpoints: ["https://a.example.org"] }\n    - { registry: «docker.io, endpoints: ["https://b.example.org"] }\n',
    ),
    says: /has an entry already/,
    fix: /one list/,
  },
]

export const WRONG_INVENTORIES: readonly WrongInventory[] = [...YAML, ...STRUCTURE, ...VALUES, ...TOGETHER]
