/** What `tripod init` is told, by flags or at its questions; each named as its flag is, each as it was typed. */
export interface Answers {
  readonly cluster?: string | undefined
  /** Machines as `readMachines` reads them. */
  readonly masters?: string | undefined
  readonly workers?: string | undefined
  readonly 'load-balancers'?: string | undefined
  readonly vip?: string | undefined
  /** host:port */
  readonly external?: string | undefined
  readonly user?: string | undefined
  /** Empty: none. */
  readonly 'identity-file'?: string | undefined
  readonly bastion?: string | undefined
  readonly kubernetes?: string | undefined
  readonly 'pod-subnet'?: string | undefined
  readonly 'service-subnet'?: string | undefined
  /** Whether the masters carry workloads too; left out: where there are no workers. */
  readonly workloads?: boolean | undefined
}

export type Question = keyof Answers
