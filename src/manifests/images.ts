import type { Json } from '../inventory/cluster.js'
import { type Fields, type KubernetesObject, withRaw } from './objects.js'

/** Where the inventory takes Calico's images from unless it says otherwise. */
export const DEFAULT_REGISTRY = 'quay.io'

/** What upstream's files name, older ones docker.io. Another registry is somebody's choice, and stays. */
const UPSTREAM_IMAGE = /^(?:quay\.io|docker\.io)\/(?=(?:calico|tigera)\/)/

/** Calico's own images from the registry that the inventory names in place of upstream's; names and tags stay. */
export function inRegistry(objects: readonly KubernetesObject[], registry: string): readonly KubernetesObject[] {
  if (registry === DEFAULT_REGISTRY) return objects
  return objects.map((object) => {
    const { spec } = object.raw
    const moved = spec === undefined ? undefined : podTemplate(spec, registry)
    return moved === undefined || JSON.stringify(moved) === JSON.stringify(spec)
      ? object
      : withRaw(object, { ...object.raw, spec: moved })
  })
}

type Template = { readonly template: { readonly spec: Fields } }

const hasTemplate = (spec: Json): spec is Fields & Template =>
  typeof (spec as Partial<Template> | null)?.template?.spec === 'object'

/** Undefined: it runs no pods. */
function podTemplate(spec: Json, registry: string): Json | undefined {
  if (!hasTemplate(spec)) return undefined
  const { template } = spec
  const lists = ['initContainers', 'containers'].flatMap((list) => {
    const containers = template.spec[list]
    return Array.isArray(containers) ? [[list, containers.map((one: Json) => moved(one, registry))] as const] : []
  })
  return { ...spec, template: { ...template, spec: { ...template.spec, ...Object.fromEntries(lists) } } }
}

function moved(container: Json, registry: string): Json {
  const { image } = (container ?? {}) as { readonly image?: Json }
  if (typeof image !== 'string') return container
  return { ...(container as Fields), image: image.replace(UPSTREAM_IMAGE, `${registry}/`) }
}
