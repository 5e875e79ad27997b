import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parseAllDocuments } from 'yaml'

export interface KubeadmDocument {
  readonly apiVersion: string
  readonly kind: string
  readonly [field: string]: unknown
}

/** As YAML 1.2 has it, or as 1.1, which Go's parser and thus kubeadm goes by. Throws where the text is no YAML. */
export function documentsOf(text: string, version: '1.1' | '1.2' = '1.2'): readonly KubeadmDocument[] {
  return [...parseAllDocuments(text, { version })].map((document) => {
    const [problem] = [...document.errors, ...document.warnings]
    if (problem) throw problem
    return document.toJS() as KubeadmDocument
  })
}

export function documentOf(text: string, kind: string): KubeadmDocument {
  const found = documentsOf(text).find((document) => document.kind === kind)
  if (!found) throw new Error(`no ${kind} in ${text}`)
  return found
}

const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
const identities = new Map<string, string>()

function identityOf(file: string): string {
  const known = identities.get(file)
  if (known !== undefined) return known
  const path = new URL(`../fixtures/kubeadm-schema/${file}.schema.json`, import.meta.url)
  const schema = JSON.parse(readFileSync(path, 'utf8')) as { readonly $id: string }
  ajv.addSchema(schema)
  identities.set(file, schema.$id)
  return schema.$id
}

function fileFor(kind: string, minor: number): string {
  if (kind === 'KubeletConfiguration') return minor <= 30 ? 'kubelet-1.22' : 'kubelet-recent'
  if (kind === 'KubeProxyConfiguration') return minor <= 30 ? 'kube-proxy-1.22' : 'kube-proxy-recent'
  return minor <= 30 ? 'v1beta3' : 'v1beta4'
}

/** What the strict schema of that kind says against a document, for a Kubernetes minor; nothing where it is right. */
export function schemaErrors(document: KubeadmDocument, minor: number): readonly string[] {
  const validate = ajv.getSchema(`${identityOf(fileFor(document.kind, minor))}#/$defs/${document.kind}`)
  if (!validate) return [`no schema for ${document.kind}`]
  if (validate(document) === true) return []
  return (validate.errors ?? []).map((error) => `${document.kind}${error.instancePath} ${error.message ?? ''}`)
}
