import type { Endpoint, Node } from '../../inventory/cluster.js'
import { identityOf } from '../../resources/object-identity.js'
import type { ObjectRef } from '../../resources/resource.js'
import { lines, sh, type Script } from '../../shell.js'
import { kubectl } from '../control-plane/control-plane.js'
import { type Gate, whereNotZero } from '../gate.js'

/** Kinds that tell when they are ready, and by what: a rollout, or a condition of their status. */
const READY: Readonly<Record<string, 'rollout' | 'Established' | 'Complete' | 'Available'>> = {
  DaemonSet: 'rollout',
  Deployment: 'rollout',
  StatefulSet: 'rollout',
  CustomResourceDefinition: 'Established',
  Job: 'Complete',
  APIService: 'Available',
}

/** How long one object is listened to; the gate asks again until its deadline. */
const PATIENCE = '2s'

export interface ObjectsReady {
  /** Of these, the gate asks for those whose kind tells. */
  readonly objects: readonly ObjectRef[]
  /** Control-plane node through whose API server it asks. */
  readonly node: Node
  readonly endpoint: Endpoint
  /** Stable within its step: `metallb-ready`. */
  readonly id: string
  /** What holds: `MetalLB is rolled out`. */
  readonly title: string
  readonly deadlineSeconds: number
}

/** A gate after a step that holds when its objects are ready: rolled out, established, complete, available. */
export function objectsReady({ objects, node, endpoint, id, title, deadlineSeconds }: ObjectsReady): Gate {
  const kube = kubectl(node, endpoint)
  const asked = objects.flatMap((object) => scriptOf(object, kube))
  return {
    id,
    title,
    when: 'after',
    questions:
      asked.length === 0 ? [] : [{ node: node.name, script: lines([sh`failed=0`, ...asked, sh`exit "$failed"`]) }],
    problems: whereNotZero,
    fix: 'Look at its pods (`kubectl get pods -A -o wide`): an image that cannot be pulled is the usual cause.',
    deadlineSeconds,
    // Each object in turn, and room for kubectl to start.
    timeoutSeconds: 30 + 5 * asked.length,
  }
}

function scriptOf(object: ObjectRef, kube: Script): readonly Script[] {
  const by = READY[object.kind]
  if (by === undefined) return []
  const { namespace, name, apiVersion, kind } = object
  const [group = '', version] = apiVersion.split('/')
  const resource = version === undefined ? kind : `${kind}.${version}.${group}`
  const where = namespace === undefined ? [] : ['-n', namespace]
  const question =
    by === 'rollout'
      ? sh`${kube} ${where} rollout status ${`--timeout=${PATIENCE}`} ${`${resource}/${name}`}`
      : sh`${kube} ${where} wait ${`--for=condition=${by}`} ${`--timeout=${PATIENCE}`} ${`${resource}/${name}`}`
  return [sh`said=$(${question} 2>&1) || { failed=1; printf '%s: %s\n' ${identityOf(object)} "$said"; }`]
}
