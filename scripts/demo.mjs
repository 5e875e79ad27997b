// `npm run demo`: tripod from nothing to "No changes" on four real machines of this computer. Safe to run again.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fail, heading, installPackages, isRoot, must, prepare, root } from './setup.mjs'

const LAB = 'demo'
const INVENTORY = `${LAB}.yaml`
const TRIPOD = 'node bin/run.js'

if (!isRoot) {
  console.error(`The demo needs root: it brings up four machines of this computer (network namespaces, mounts, systemd-nspawn)
and installs what is missing of their Debian packages. Run it as root, for example: sudo npm run demo
Without root you can see a plan for machines that are assumed to be fresh; nothing is touched:
  npm ci --ignore-scripts && npm run build
  ${TRIPOD} plan --offline --os debian12 -i inventory.example.yaml`)
  process.exit(64)
}

const STEPS = 8
let step = 0

/** @type {(title: string, ...lines: string[]) => void} */
function section(title, ...lines) {
  step += 1
  heading(`${step}/${STEPS} ${title}`)
  for (const line of lines) console.log(`   ${line}`)
}

/**
 * Shows the command as one would type it, then runs it.
 * @param {string[]} args
 */
async function tripod(...args) {
  const quoted = args.map((arg) => (/^[\w./=-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`))
  console.log(`\n$ ${TRIPOD} ${quoted.join(' ')}`)
  await must(process.execPath, ['bin/run.js', ...args])
}

/** @returns {Promise<readonly string[]>} */
async function nodeNames() {
  const text = await readFile(path.join(root, INVENTORY), 'utf8')
  return [...text.matchAll(/^ {2}- name: (\S+)$/gm)].map(([, name = '']) => name)
}

/** @type {readonly (readonly [what: string, command: string])[]} */
const HINTS = [
  ['What is done, and why:', 'steps'],
  [
    'Change a file behind its back:',
    `lab ssh m1 --name ${LAB} -- sed -i s/ip_forward/ip_backward/ /etc/sysctl.d/99-zz-tripod.conf`,
  ],
  ['The kubeconfig for this computer:', `kubeconfig -i ${INVENTORY}`],
  ['Is the cluster well?', `status -i ${INVENTORY}`],
  ['Find what was changed:', `drift -i ${INVENTORY}`],
  ['Mend that and nothing else:', `apply -i ${INVENTORY}`],
  ['How long is the API away?', `ha-drill -i ${INVENTORY}`],
  ['Cut the power of a machine:', `lab fault kill m2 --name ${LAB}`],
  ['What does the plan say now?', `plan -i ${INVENTORY}`],
  ['Switch it on again:', `lab fault boot m2 --name ${LAB}`],
  ['Remove the machines, no trace left:', `lab down --name ${LAB}`],
]

const STATE =
  'cat /proc/swaps; sysctl net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables; containerd config dump | grep SystemdCgroup'

/** One pod on each node, of an image that is there already: its health check is the answer. */
const WORKLOAD = `image=$(kubectl -n kube-system get deployment coredns -o jsonpath={..image})
kubectl apply -f - <<END
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: hello }
spec:
  selector: { matchLabels: { app: hello } }
  template:
    metadata: { labels: { app: hello } }
    spec:
      tolerations: [{ operator: Exists }]
      containers: [{ name: hello, image: "$image", args: [] }]
END
kubectl rollout status daemonset/hello --timeout=120s
kubectl get pods -l app=hello -o 'jsonpath={range .items[*]}{.spec.nodeName} {.status.podIP}{"\\n"}{end}' | while read -r node ip; do
  curl -sS --max-time 5 --retry 5 --retry-connrefused -o /dev/null -w "$node answers %{http_code}\\n" "http://$ip:8080/health"
done`

async function demo() {
  section(
    'Four machines of this computer',
    'Debian 12 with systemd, sshd and apt, each with its own network and disk: three masters and a worker.',
    'The first time takes about 5 minutes: a base tree is made from your Debian mirror, and Kubernetes is compiled from',
    'its source package, so that packages and images come from the lab and nothing from the internet. After that, seconds.',
  )
  await tripod('lab', 'up', '--name', LAB, '--nodes', '4')

  section(
    'What would be changed?',
    `A plan reads the machines over SSH and shows every change before it is made. It writes nothing.`,
    `The inventory is ./${INVENTORY}.`,
  )
  await tripod('plan', '-i', INVENTORY)

  section('Change it', '--yes answers the question that apply would ask here.')
  await tripod('apply', '-i', INVENTORY, '--yes')

  section('Plan again', 'What is right already is left alone: the second plan is empty.')
  await tripod('plan', '-i', INVENTORY)

  section(
    'Look for yourself',
    'On each machine: no swap in use, kernel settings in force, and what containerd really runs with.',
  )
  for (const name of await nodeNames()) await tripod('lab', 'ssh', name, '--name', LAB, '--', STATE)

  section('One cluster', 'Three masters behind one address that outlives any of them, asked under that address.')
  await tripod('lab', 'ssh', 'm1', '--name', LAB, '--', 'kubectl cluster-info; kubectl get nodes -o wide')

  section(
    'It carries work',
    'One pod on every machine, masters included, and an answer from each over the pod network.',
  )
  await tripod('lab', 'ssh', 'm1', '--name', LAB, '--', WORKLOAD)

  section('Go on from here', 'Everything above can be typed again. Some things to try:')
  for (const [what, command] of HINTS) console.log(`   ${what.padEnd(37)}${TRIPOD} ${command}`)
}

await prepare()
  .then(() => installPackages())
  .then(demo)
  .catch((error) => {
    console.error(
      `\nThe demo stopped. Mend the cause and run it again, or remove its machines: ${TRIPOD} lab down --name ${LAB}`,
    )
    fail(error)
  })
