import { readFile, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { inside, restore, snapshot } from '../../src/lab/index.js'
import { again, brokenOff } from './support/broken-off.js'
import { calico, putCalico, withCalico } from './support/calico.js'
import { applyUntilKubeadm } from './support/kubernetes-node.js'
import { type Ended, everywhere, said, SETTLING, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/newer-programs.long.test.ts: ${unable}`)

const NAME = 't-newer'
const CONTAINERD = /^containerd \S+ 2\.\d+\.\d+/
/** Debian release -> its kubectl. */
const KUBECTLS = [
  { suite: 'forky', version: '1.36' },
  { suite: 'trixie', version: '1.32' },
] as const
const MASTERS = ['m1', 'm2', 'm3']
const CALLS = '/var/log/kubectl-calls'

/** Calls of tripod's: a plain word of each, in its order, and what must have been called so. */
const EXPECTED = [
  /^get nodes -o go-template/,
  /^get node \S+ --ignore-not-found -o name/,
  /^-n kube-system get secrets --field-selector type=bootstrap\S+ -o go-template/,
  /^-n kube-system get deployments,daemonsets --ignore-not-found -o jsonpath/,
  /^label --overwrite node w1 /,
  /^taint --overwrite node w1 /,
  /^taint node m2 \S+-$/,
  /^drain w1 .*--dry-run=client/,
  /^drain w1 .*--timeout=/,
  /^get poddisruptionbudgets -A -o go-template/,
  /^get pods -n default -l \S+ --field-selector spec.nodeName=w1/,
  /^delete node w1 --ignore-not-found/,
  /^-n kube-system delete secret /,
]

interface Call {
  readonly code: number
  readonly words: string
  readonly stderr: string
}

/**
 * A cluster with what Debian's next release brings: containerd 2 carries its pods, and kubectl is years newer than its API server. A
 * kubectl in the place of the package's notes each call of tripod's. Its kubeadm is older than the version that it tells, and makes
 * neither the binding nor the field that one of 1.35.5 makes: it is a cluster that was upgraded by hand.
 */
describe.skipIf(unable !== undefined)('a cluster with newer programs', () => {
  const context = testLab({ name: NAME, nodes: 4, os: 'debian13', kubernetes: '1.35.5' })
  let original = ''

  beforeAll(async () => {
    if (unable !== undefined) return
    // The lab's machines have cgroup v1 if the computer has it. A table of containerd 1 is refused for containerd 2.
    original = (await readFile(context.lab.inventoryPath, 'utf8'))
      .replace('accept: [', 'accept: [P11, ')
      .replace('io.containerd.grpc.v1.cri:', 'io.containerd.cri.v1.runtime:')
    await writeFile(context.lab.inventoryPath, original)
    await everywhere(context.lab, (node) => said(context.lab, node, NEWER))
    await applyUntilKubeadm(context)
    await snapshot(NAME, 'ready')
  })

  const succeed = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await again(context, args)
    expect([ended.code, ended.code === 0 ? '' : ended.stdout + ended.stderr]).toEqual([0, ''])
    return ended
  }
  /** The newest kubectl's own words, past the notes. */
  const kubectl = (words: string): Promise<string> => said(context.lab, 'm1', `${KUBECTL} ${words}`)
  const take = async (suite: string): Promise<void> => {
    const recorder = RECORDER.replaceAll('SUITE', suite)
    await Promise.all(MASTERS.map((node) => said(context.lab, node, `cat > /opt/recorder <<'END'\n${recorder}END\nchmod 755 /opt/recorder; mount --bind /opt/recorder /usr/bin/kubectl`))) // prettier-ignore
  }
  const calls = async (): Promise<readonly Call[]> => {
    const all = await Promise.all(MASTERS.map((node) => said(context.lab, node, `cat ${CALLS} 2>/dev/null; true`)))
    return all
      .flatMap((text) => text.split('\n').filter(Boolean))
      .map((line) => {
        const [code, words = '', stderr = ''] = line.split('\t')
        return { code: Number(code), words, stderr }
      })
  }
  const settled = async (words = 'is healthy.'): Promise<void> => {
    await expect
      .poll(async () => (await context.tripod(['status'])).stdout, { timeout: SETTLING, interval: 2000 })
      .toContain(words)
  }
  const marked = (): Promise<string> =>
    kubectl(`get node w1 -o jsonpath='{.metadata.labels.shelf} {.spec.taints[*].key}'`)
  const taintsOf = (node: string): Promise<string> => kubectl(`get node ${node} -o jsonpath='{.spec.taints[*].key}'`)
  const write = (text: string): Promise<void> => writeFile(context.lab.inventoryPath, text)
  /** The ConfigMap that kubelets which join take their settings from. */
  const kubeletMap = async (edit: string): Promise<void> => {
    const map = '-n kube-system get cm kubelet-config-1.35 -o yaml'
    await kubectl(`${map} | sed '${edit}' | ${KUBECTL} replace -f -`)
  }

  describe.each(KUBECTLS)('and kubectl $version', ({ suite, version }) => {
    beforeAll(async () => {
      await restore(NAME, 'ready')
      await take(suite)
      await write(original)
    })

    it('is made by one apply', async () => {
      expect(await said(context.lab, 'm1', '/usr/bin/kubectl version --client')).toContain(`v${version}.`)
      await succeed('apply', '--yes')
      expect((await succeed('plan', '--detailed-exitcode')).stdout).toContain('No changes.')
    })

    it('is told what its kubeadm did not make, and is healthy with what each fix says', async () => {
      await settled(`is not healthy: 2 findings.`)
      const { stdout } = await context.tripod(['status'])
      const bind = /Run `kubectl (create clusterrolebinding [^`]+)`/.exec(stdout)?.[1]
      expect(stdout).toContain('set `failCgroupV1: false` under data.kubelet')
      await kubectl(bind ?? 'no such fix')
      await kubeletMap('s/^    kind: KubeletConfiguration/&\\n    failCgroupV1: false/')
      await settled()
    })

    it('has its pods carried by containerd 2, under the configuration of tripod', async () => {
      const { lab } = context
      for (const { name } of lab.nodes) expect(await said(lab, name, 'containerd --version')).toMatch(CONTAINERD)
      expect(await kubectl('get nodes -o jsonpath={.items[*].status.nodeInfo.containerRuntimeVersion}')).toMatch(/^(containerd:\/\/2\.\S+ ?){4}$/) // prettier-ignore
      // Sandboxes: each pod of the cluster, with systemd's cgroups.
      expect(await said(lab, 'w1', 'find /sys/fs/cgroup -maxdepth 6 -name "cri-containerd-*.scope" | head -1')).not.toBe('') // prettier-ignore
      const pod = await kubectl(
        '-n kube-system get pods -l k8s-app=kube-proxy --field-selector spec.nodeName=w1 -o name',
      )
      expect(await kubectl(`-n kube-system exec ${pod} -- iptables --version`)).toMatch(/^iptables v/)
      expect(await kubectl(`-n kube-system logs ${pod}`)).not.toBe('')
      // Mirrors: the image comes from the lab's registry, by the hosts.toml that tripod wrote.
      await said(lab, 'w1', `image=$(${IMAGE}); crictl rmi "$image" >/dev/null 2>&1; crictl pull "$image"`)
    })

    it('follows labels, taints and roles of the inventory', async () => {
      const marks = `    labels: {shelf: top}\n    taints: [{key: shelf, value: top, effect: PreferNoSchedule}]\n`
      const carrying = original.replace(/(- name: m2\n(?: {4}.*\n)*? {4}roles: \[control-plane)\]/, '$1, worker]')
      await write(carrying.replace(/^ {2}- name: w1\n/m, (line) => line + marks))
      await succeed('apply', '--yes')
      expect([await marked(), await taintsOf('m2')]).toEqual(['top shelf', ''])
      await write(original)
      await succeed('apply', '--yes')
      expect(await taintsOf('m2')).not.toBe('')
    })

    it.skipIf(calico === undefined)('has the objects of its pod network applied', async () => {
      await write(withCalico(original, await putCalico(context.directory)))
      await succeed('apply', '--yes', '--step', 'network')
      expect(await kubectl('-n kube-system get daemonset calico-node -o name')).toBe('daemonset.apps/calico-node')
      // Its images are nowhere in the lab.
      await kubectl('-n kube-system delete daemonset/calico-node deployment/calico-kube-controllers')
      await write(original)
    })

    it('is left by a node, with disruption budgets named and respected', async () => {
      await kubectl(
        `create deployment shop --image=$(${IMAGE}) && printf %s '${BUDGET}' | ${KUBECTL} create --validate=false -f -`,
      )
      await expect
        .poll(() => kubectl('get pdb till -o jsonpath={.status.currentHealthy}'), { timeout: SETTLING, interval: 1000 })
        .toBe('1')
      const moment = { says: 'disruption budget default/till keeps pod default/shop-', milliseconds: 0 }
      const left = await brokenOff(context, ['reset', '--node', 'w1', '--confirm', context.lab.name], moment, () =>
        kubectl('delete pdb till'),
      )
      expect([left.code, left.code === 0 ? '' : left.stdout + left.stderr]).toEqual([0, ''])
    })

    it('is not joined by a node whose kubelet would not run with the ConfigMap, nor by an API server that kubelets refuse', async () => {
      await kubeletMap('s/failCgroupV1: false/failCgroupV1: true/')
      const refused = await context.tripod(['plan'])
      expect([refused.code, refused.stdout]).toEqual([13, expect.stringMatching(/P59 .*w1.*failCgroupV1: true/)])
      await kubeletMap('s/failCgroupV1: true/failCgroupV1: false/')
      // dpkg cannot remove what something is mounted on.
      await said(context.lab, 'm3', 'umount /usr/bin/kubectl')
      await succeed('reset', '--node', 'm3', '--confirm', context.lab.name)
      await kubectl('delete clusterrolebinding kubeadm:apiserver-kubelet-client')
      const forbidden = await context.tripod(['plan'])
      expect([forbidden.code, forbidden.stdout]).toEqual([13, expect.stringMatching(/P58 .*m3.*"Forbidden"/)])
    })

    it('understood each call of tripod', async () => {
      const made = await calls()
      console.log(`kubectl ${version}: ${made.length} calls\n${shown(made)}`)
      for (const pattern of EXPECTED)
        expect(made.map(({ words }) => words)).toContainEqual(expect.stringMatching(pattern))
      // A drain that is waited for ends well here; an object that is not there yet is no failure of the call.
      expect(made.filter(({ code }) => code !== 0)).toEqual([])
      expect(
        made.filter(({ stderr }) =>
          /unknown (command|flag|shorthand)|flag \S+ has been deprecated|invalid|usage:/i.test(stderr),
        ),
      ).toEqual([])
    })

    it('of which it cannot ask is not one that has nothing', async () => {
      const ask = `/opt/kubectl-${suite} --kubeconfig /etc/kubernetes/admin.conf --server https://127.0.0.1:1 --request-timeout 5s get node m1 --ignore-not-found -o name`
      const { code, stdout } = await inside(context.lab, 'm1', ask)
      expect([code === 0, stdout]).toEqual([false, ''])
    })
  })
})

/** By kind of call: how many, and with which codes. */
function shown(made: readonly Call[]): string {
  const kinds = new Map<string, number>()
  for (const { code, words } of made) {
    const kind = `${words.replaceAll(/\{\{.*/g, '...').replaceAll(/[0-9a-f]{6,}/g, '*')}: ${code}`
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  return [...kinds].map(([kind, count]) => `${count} x ${kind}`).join('\n')
}

/** The pause image of the inventory, wherever it comes from. */
const IMAGE = `containerd config dump | sed -n "s/^ *sandbox *= *['\\"]\\(.*\\)['\\"]/\\1/p"`
const KUBECTL = '/opt/kubectl-forky --kubeconfig /etc/kubernetes/admin.conf'
/** Of the API version that the lab's API server has; `kubectl create poddisruptionbudget` of 1.36 makes policy/v1 alone. */
const BUDGET = JSON.stringify({
  apiVersion: 'policy/v1beta1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'till', namespace: 'default' },
  spec: { minAvailable: 1, selector: { matchLabels: { app: 'shop' } } },
})

/** containerd and runc of Debian's next release, and both kubectls (of which kubernetes-client is made) beside the one of the lab. Its lists do not stay. */
const NEWER = `set -e
cd /root
list=/etc/apt/sources.list.d/forky.list
cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/ trixie main/ forky main/p' | sort -u > /root/forky.list
mv /root/forky.list $list
apt-get update -q
for suite in trixie forky; do
  apt-get download -q kubectl/$suite
  dpkg-deb --fsys-tarfile kubectl_*.deb | tar -xO ./usr/bin/kubectl > /opt/kubectl-$suite
  rm kubectl_*.deb
done
chmod 755 /opt/kubectl-*
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -t forky containerd runc
rm $list
apt-get update -q`

const RECORDER = `#!/bin/sh
said=$(mktemp)
/opt/kubectl-SUITE "$@" 2>"$said"
code=$?
cat "$said" >&2
while [ "$1" = --kubeconfig ] || [ "$1" = --server ] || [ "$1" = --request-timeout ]; do shift 2; done
printf '%s\\t%s\\t%s\\n' "$code" "$(printf '%s ' "$@" | tr '\\n\\t' '  ' | sed 's/ $//')" "$(tr '\\n\\t' '  ' <"$said")" >> ${CALLS}
rm -f "$said"
exit $code
`
