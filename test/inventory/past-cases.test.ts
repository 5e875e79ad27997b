import { describe, expect, it } from 'vitest'
import { parseInventory } from '../../src/inventory/read/parse.js'
import { caseText, casesMissing } from '../past-cases.js'

if (casesMissing !== undefined) console.warn(`SKIPPED test/inventory/past-cases.test.ts: ${casesMissing}`)

const read = (name: string) => parseInventory(caseText(`inv/${name}.yaml`), '/inventory.yaml')

function cluster(name: string) {
  const result = read(name)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.cluster
}

function errors(name: string): readonly string[] {
  const result = read(name)
  if (result.ok) throw new Error(`${name} is taken`)
  return result.problems.filter(({ severity }) => severity === 'error').map(({ message, fix }) => `${message} ${fix}`)
}

describe.skipIf(casesMissing !== undefined)('inventories as people write them', () => {
  it.each([
    ['ec2', ['ip-10-0-0-11.ec2.internal', 'm2', 'm3']],
    ['fqdn', ['node1.k8s', 'node2.k8s', 'node3.k8s']],
    ['numeric-quoted', ['666', '10', '0x1f']],
    ['v6', ['m1', 'm2', 'm3']],
  ])('%s is taken, with its names as they are', (name, names) => {
    expect(cluster(name).nodes.map((node) => node.name)).toEqual(names)
  })

  it('labels and taints in quotes stay texts', () => {
    const [first] = cluster('numeric-quoted').nodes
    expect(first?.labels).toEqual({ rack: '12', gpu: 'true' })
    expect(first?.taints).toEqual([{ key: 'dedicated', value: '1e3', effect: 'NoSchedule' }])
  })

  it.each([
    ['upper', 3, /"K8SMST1" is not a node name.*Write k8smst1/],
    ['numeric', 3, /nodes\[0\]\.name must be a text, not a number \(1001\).*"1001"/],
    ['podsvc', 1, /podSubnet 10\.244\.0\.0\/14 and network\.serviceSubnet 10\.244\.0\.0\/16 overlap/],
    ['calico-default-overlap', 4, /192\.168\.0\.10 \(the VIP\) lies inside network\.podSubnet 192\.168\.0\.0\/16/],
    ['cidraddr', 1, /"10\.0\.0\.11\/24" is not an IP address.*Write 10\.0\.0\.11/],
    ['vip-loopback', 1, /127\.0\.0\.1 is a loopback address/],
  ])('%s is refused with what to write instead', (name, count, says) => {
    const found = errors(name)
    expect(found).toHaveLength(count)
    expect(found[0]).toMatch(says)
  })
})
