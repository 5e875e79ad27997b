import { sh, type Script } from '../shell.js'
import type { Served } from './read.js'

/** A DNS question for the A records of that name, as it goes over TCP: its length first (RFC 1035, 4.1 and 4.2.2). */
function questionFor(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]))
  const header = [0x54, 0x52, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]
  const message = Buffer.concat([Buffer.from(header), ...labels, Buffer.from([0, 0, 1, 0, 1])])
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message])
}

/**
 * Asks the cluster's DNS, by the address that the kubelet gives to pods, where the API is: kube-proxy, the way to a pod on
 * another node and CoreDNS take part in the answer. Prints it in hex.
 */
export function askDns(dnsDomain: string): Script {
  const octal = [...questionFor(`kubernetes.default.svc.${dnsDomain}`)]
    .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
    .join('')
  return sh`
server=$(sed -n '/^clusterDNS:/,/^[^ -]/s/^ *- *"*\([^"]*\)"*$/\1/p' /var/lib/kubelet/config.yaml | head -n 1)
[ -n "$server" ] || { echo 'the kubelet has no clusterDNS'; exit 1; }
case $server in *:*) server="[$server]" ;; esac
printf ${octal} | socat -t 3 -T 3 stdio "TCP:$server:53,connect-timeout=3" | od -An -v -tx1 | tr '\n' ' '
printf '\nfrom %s\n' "$server"`
}

/** The bits of the flags that tell how a question ended (RFC 1035, 4.1.1). */
const CODES: Readonly<Record<number, string>> = { 1: 'FORMERR', 2: 'SERVFAIL', 3: 'NXDOMAIN', 5: 'REFUSED' }

/** What `askDns` printed, as an answer: whether the name was resolved, and why not. */
export function readDns(text: string, status: number): Served {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const server = /^from (\S+)$/.exec(lines.at(-1) ?? '')?.[1]
  if (status !== 0 || server === undefined) return { ready: false, said: lines.join(' ') }
  const answer = lines.find((line) => /^(?: +[0-9a-f]{2})+ *$/.test(line)) ?? ''
  const message = Buffer.from(answer.replaceAll(' ', ''), 'hex').subarray(2)
  if (message.length < 12) return { ready: false, said: spoken(lines) ?? `${server} gives no answer` }
  const code = message.readUInt16BE(2) & 0x0f
  if (code === 0 && message.readUInt16BE(6) > 0) return { ready: true, said: '' }
  return {
    ready: false,
    said: `${server} answers ${code === 0 ? 'with nothing' : (CODES[code] ?? `with code ${code}`)}`,
  }
}

/** `2026/11/21 09:00:00 socat[71] E connect(5, AF=2 10.96.0.10:53, 16): Connection refused`: the rest of it. */
function spoken(lines: readonly string[]): string | undefined {
  return lines.find((line) => line.includes('socat'))?.replace(/^.*? [EW] /, '')
}
