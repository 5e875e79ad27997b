import { CLOUD_DROP_IN } from '../facts/cloud-hosts.js'
import type { Cluster } from '../inventory/cluster.js'
import { nodeName } from '../inventory/node-name.js'
import { shortNames } from '../inventory/short-names.js'
import { blockOf, putBlock, revertMarked } from '../resources/markers.js'
import type { CommandResource, EditResource, Resource } from '../resources/resource.js'
import { sh, type Script } from '../shell.js'
import { isUntouched } from '../topology.js'
import { ownFile, WRITTEN } from './files/own-file.js'
import type { Step, StepContext } from './step.js'

/** Every machine goes by the name that the inventory gives it, and knows the others by theirs. */
export const hostIdentity: Step = {
  id: 'host-identity',
  title: 'Give the machines their names',
  why: 'A node joins under its host name, which can never change afterwards; and names must not depend on a DNS server.',
  runsOn: () => true,
  rollout: 'parallel',
  dependsOnMembership: true,
  resources: (context): readonly Resource[] => [
    ...namesFor(context).map(hostname),
    hosts(context),
    ...(context.facts.cloudInit ? [ownFile(CLOUD_DROP_IN, CLOUD_INIT)] : []),
    ...(context.facts.hostsRewrittenBy === undefined ? [] : [hostsTemplate(context)]),
  ],
}

const CLOUD_INIT = `# ${WRITTEN}
# Else cloud-init would take name and /etc/hosts back at the next boot.
preserve_hostname: true
manage_etc_hosts: false
`

/** The name of a node that has joined is its identity: it is never renamed. */
function namesFor({ node, facts, topology }: StepContext): readonly string[] {
  const { hostname: own } = facts.identity
  // One that an earlier apply gave it is its own by now; a reset still knows the former one.
  if (node.hostName === 'keep') return 'command:hostname' in facts.record.entries ? [own] : []
  return isUntouched(topology.states[node.name]) || own === node.name ? [node.name] : []
}

// Files instead of hostnamectl, which would start a service only to look.
const STATIC = sh`grep -v '^#' /etc/hostname | head -n 1`

/** hostnamectl where it can work: it needs D-Bus, which a machine may lack. Else as it does it: the file, and the kernel. */
function named(name: string): Script {
  return sh`if [ -S /run/dbus/system_bus_socket ] && hostnamectl set-hostname ${name}; then exit; fi
umask 022
printf '%s\n' ${name} >/etc/hostname && printf '%s\n' ${name} >/proc/sys/kernel/hostname`
}

function hostname(name: string): CommandResource {
  return {
    kind: 'command',
    id: 'hostname',
    // The same words for every node, so that nodes which change alike stand together.
    summary: "hostnamectl set-hostname (the node's name)",
    run: named(name),
    doneWhen: sh`read -r live </proc/sys/kernel/hostname
kept=$(${STATIC})
if [ "$live" = ${name} ] && [ "$kept" = ${name} ]; then exit 0; fi
echo "the host name is $live, kept is $kept"
exit 1`,
    doneText: "the host name is the node's name, now and after a reboot",
    remember: STATIC,
    undo: {
      summary: 'the former name is set again',
      run: (former) => named(former.trim()),
    },
  }
}

/** Last in the file: a name that somebody gave another address there stays as it is, and so does the machine's full name. */
function hosts({ cluster }: StepContext): EditResource {
  const lines = hostLines(cluster)
  return {
    kind: 'edit',
    path: '/etc/hosts',
    summary: 'names of all nodes',
    adds: blockOf(lines),
    apply: (text) => putBlock(text, lines),
    revert: revertMarked,
  }
}

/** Of osfamily. Source: cloud-init 22.4, cc_update_etc_hosts.py. */
const TEMPLATES = { debian: 'hosts.debian.tmpl', rhel: 'hosts.redhat.tmpl' }

/** Of it cloud-init makes /etc/hosts at every boot where user-data says so: that outranks our drop-in. */
function hostsTemplate({ cluster, os }: StepContext): EditResource {
  const lines = hostLines(cluster)
  return {
    kind: 'edit',
    path: `/etc/cloud/templates/${TEMPLATES[os.id]}`,
    summary: 'names of all nodes, for cloud-init makes /etc/hosts of it at every boot',
    adds: blockOf(lines),
    // Without a template cloud-init leaves /etc/hosts alone; with one of our lines alone it would write just these.
    apply: (text) => (text === '' ? '' : putBlock(text, lines)),
    revert: revertMarked,
  }
}

function hostLines(cluster: Cluster): readonly string[] {
  const shorts = shortNames(cluster)
  // The whole name first: it is the one that the resolver calls canonical.
  return cluster.nodes.flatMap((node) => {
    const name = nodeName(node)
    return name === undefined ? [] : [[node.address, name, shorts.get(name)].filter(Boolean).join(' ')]
  })
}
