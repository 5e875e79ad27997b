/** Files of a whole CA set below /etc/kubernetes/pki, by kubeadm's names. */
export const CA_FILES = [
  'ca.crt',
  'ca.key',
  'etcd/ca.crt',
  'etcd/ca.key',
  'front-proxy-ca.crt',
  'front-proxy-ca.key',
  'sa.pub',
  'sa.key',
] as const
export type CaFile = (typeof CA_FILES)[number]

/** What steps know of the cluster's authorities: no key is among it. */
export interface Authorities {
  /** `sha256:` and the hash of the cluster CA's public key in hex, as joins pin it. */
  readonly caHash: string
  /** sha256 of the bytes of each file, hex. */
  readonly digests: Readonly<Record<CaFile, string>>
  /** Where they come from, said in the plan: `from m1`, `from the operator's copy in ~/...`. */
  readonly origin: string
}

/** The operator's side of the authorities. */
export interface AuthorityStore {
  /**
   * The set that a new cluster shall have: one that is given, the operator's copy, or one made now, which is announced. Throws
   * AUTHORITIES_INVALID.
   */
  open(): Promise<Authorities>
  /** That set if its certificate authority is this one, `sha256:...`: to complete what a master has of it. Nothing is made. */
  find(caHash: string): Promise<Authorities | undefined>
  /** PEM text of a file of the set that was opened or found. */
  read(file: CaFile): Promise<string>
  /** The cluster was begun with it. */
  used(): Promise<void>
}
