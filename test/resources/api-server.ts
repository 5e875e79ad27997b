import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Script } from '../../src/shell.js'
import type { Ran } from '../steps/run-script.js'

/** Where the lab keeps what it compiled (src/lab/kubernetes). */
const CACHE = path.join(homedir(), '.cache/tripod/lab/kubernetes')

function built(folder: RegExp, file: string): string | undefined {
  const folders = existsSync(CACHE) ? readdirSync(CACHE).filter((name) => folder.test(name)) : []
  return folders.map((name) => path.join(CACHE, name, file)).find((one) => existsSync(one))
}

const programs = {
  apiServer: built(/^binaries-1\.22/, 'kube-apiserver'),
  kubectl: built(/^binaries-1\.22/, 'kubectl'),
  etcd: built(/^user-space-/, 'usr/bin/etcd'),
}

/** Why no API server can be started here; undefined if it can. The lab compiles it when a cluster of it is brought up for the first time. */
export const noApiServer = Object.values(programs).includes(undefined)
  ? 'the lab has compiled no kube-apiserver here'
  : undefined

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
  })

/** A kube-apiserver with its etcd on loopback, as kubeadm would leave it for root on a control-plane node. */
export class ApiServer {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'tripod-api-'))
  readonly #running: ChildProcess[] = []
  #port = 0

  get url(): string {
    return `https://127.0.0.1:${String(this.#port)}`
  }

  async start(): Promise<void> {
    const { apiServer = '', etcd = '' } = programs
    const [client, peer] = [await freePort(), await freePort()]
    this.#port = await freePort()
    this.#certificates()
    const [clients, peers] = [`http://127.0.0.1:${String(client)}`, `http://127.0.0.1:${String(peer)}`]
    this.#spawn(etcd, [
      ...['--data-dir', 'etcd', '--listen-client-urls', clients, '--advertise-client-urls', clients],
      ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `default=${peers}`],
    ])
    this.#spawn(apiServer, [
      ...['--etcd-servers', clients, '--secure-port', String(this.#port), '--bind-address', '127.0.0.1'],
      ...['--client-ca-file', 'pki/ca.crt', '--tls-cert-file', 'server.crt', '--tls-private-key-file', 'server.key'],
      ...['--service-account-key-file', 'server.key', '--service-account-signing-key-file', 'server.key'],
      ...['--service-account-issuer', 'https://kubernetes', '--authorization-mode', 'RBAC', '--allow-privileged'],
      ...['--service-cluster-ip-range', '10.96.0.0/16', '--disable-admission-plugins', 'ServiceAccount'],
    ])
    const deadline = Date.now() + 240_000
    while (!this.kubectl('get', 'namespace', 'default', 'kube-system').ok) {
      if (Date.now() > deadline) throw new Error(readFileSync(path.join(this.#directory, 'log'), 'utf8').slice(-2000))
      await sleep(500)
    }
  }

  stop(): void {
    for (const one of this.#running) one.kill('SIGKILL')
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** As somebody else than tripod. */
  kubectl(...words: readonly string[]): { readonly ok: boolean; readonly said: string } {
    const { kubectl = '' } = programs
    const { status, stdout, stderr } = spawnSync(kubectl, ['--kubeconfig', 'admin.conf', ...words], {
      cwd: this.#directory,
      encoding: 'utf8',
      env: { HOME: this.#directory, PATH: process.env['PATH'] ?? '' },
    })
    return { ok: status === 0, said: stdout + stderr }
  }

  /** Server-side apply of this text by another manager. */
  apply(text: string, manager: string): boolean {
    writeFileSync(path.join(this.#directory, 'apply.yaml'), text)
    return this.kubectl('apply', '--server-side', '--field-manager', manager, '-f', 'apply.yaml').ok
  }

  /** A new directory with these programs and files in it. */
  place(files: Readonly<Record<string, string>>): string {
    const directory = mkdtempSync(path.join(this.#directory, 'files-'))
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text, { mode: 0o755 })
    return directory
  }

  /** A script as it would run on the node, with these files as its inputs. */
  run(
    script: Script,
    inputs: Readonly<Record<string, string | Buffer>> = {},
    environment: NodeJS.ProcessEnv = {},
  ): Ran {
    const directory = path.join(this.#directory, 'inputs')
    rmSync(directory, { recursive: true, force: true })
    mkdirSync(directory)
    for (const [name, text] of Object.entries(inputs)) writeFileSync(path.join(directory, name), text)
    const text = `INPUTS='${directory}'\n${script.text.replaceAll('/etc/kubernetes', this.#directory)}`
    // A small computer that is busy takes its time.
    const { status, stdout, stderr } = spawnSync('/bin/sh', {
      input: text,
      encoding: 'utf8',
      timeout: 300_000,
      env: { ...process.env, ...environment },
    })
    return { code: status, stdout, stderr }
  }

  #spawn(program: string, words: readonly string[]): void {
    const child = spawn('/bin/sh', ['-c', 'exec "$@" >>log 2>&1', 'sh', program, ...words], { cwd: this.#directory })
    this.#running.push(child)
  }

  #certificates(): void {
    mkdirSync(path.join(this.#directory, 'pki'))
    const openssl = (...words: readonly string[]): void => {
      execFileSync('openssl', words, { cwd: this.#directory, stdio: 'pipe' })
    }
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout']
    openssl('req', '-x509', ...key, 'ca.key', '-out', 'pki/ca.crt', '-subj', '/CN=kubernetes', '-days', '2')
    const issue = (name: string, subject: string, extension: string): void => {
      writeFileSync(path.join(this.#directory, `${name}.ext`), extension)
      openssl('req', ...key, `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
      const by = ['-CA', 'pki/ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`]
      openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...by)
    }
    issue('server', '/CN=kube-apiserver', 'subjectAltName=IP:127.0.0.1,DNS:kubernetes')
    issue('admin', '/O=system:masters/CN=kubernetes-admin', 'extendedKeyUsage=clientAuth')
    const data = (file: string): string => readFileSync(path.join(this.#directory, file)).toString('base64')
    writeFileSync(
      path.join(this.#directory, 'admin.conf'),
      `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: ${data('pki/ca.crt')}
    server: ${this.url}
  name: lab
contexts:
- context:
    cluster: lab
    user: admin
  name: lab
current-context: lab
users:
- name: admin
  user:
    client-certificate-data: ${data('admin.crt')}
    client-key-data: ${data('admin.key')}
`,
    )
  }
}
