import { isSecretProxy, type Proxy } from '../../inventory/proxy.js'
import { isSecretSource } from '../../inventory/check/secret-setting.js'
import { PROXY_ENVIRONMENT } from '../../os/proxy-environment.js'
import type { FileResource } from '../../resources/resource.js'
import type { Reference } from '../../secret.js'
import { lines, sh, type Script } from '../../shell.js'
import { render } from '../../templates/index.js'
import { ownFile } from './own-file.js'

/** Sorts after the `http-proxy.conf` of most guides: of two that set a variable, systemd takes the last. */
export const CONTAINERD_PROXY = '/etc/systemd/system/containerd.service.d/tripod-proxy.conf'

/** For what tripod itself runs on the node: the package manager. An address with a password is put in when it is written. */
export function proxyEnvironment(proxy: Proxy): FileResource {
  const references: Record<string, Reference> = {}
  const value = (name: 'http' | 'https'): string => {
    const address = proxy[name]
    if (!isSecretSource(address)) return address
    references[name] = address as Reference
    return `{{${name}}}`
  }
  const text = render('proxy.env', { http: value('http'), https: value('https'), no: proxy.no.join(',') })
  const file = { ...ownFile(PROXY_ENVIRONMENT, text), mode: 0o600 }
  return isSecretProxy(proxy) ? { ...file, content: { text, references }, sensitive: true } : file
}

/**
 * containerd's drop-in. With a password it names the file for root alone: everybody may ask systemd for variables that a unit
 * sets itself (`systemctl show`).
 */
export function containerdProxy(proxy: Proxy): FileResource {
  const secret = isSecretProxy(proxy)
  const { http, https } = secret ? { http: '', https: '' } : proxy
  const file = secret ? PROXY_ENVIRONMENT : null
  return ownFile(CONTAINERD_PROXY, render('proxy.conf', { file, http, https, no: proxy.no.join(',') }))
}

/** Files with which containerd runs because of it. */
export function proxyFiles(proxy: Proxy | undefined): readonly string[] {
  if (proxy === undefined) return []
  return isSecretProxy(proxy) ? [CONTAINERD_PROXY, PROXY_ENVIRONMENT] : [CONTAINERD_PROXY]
}

/** 0 the process of containerd has the variables, 1 it has not (another drop-in may win), 2 cannot tell. Their values are not said. */
export const proxyInForce: Script = lines([
  sh`if [ ! -r ${PROXY_ENVIRONMENT} ]; then echo ${`${PROXY_ENVIRONMENT} is not there`}; exit 1; fi`,
  sh`pid=$(systemctl show -p MainPID --value containerd.service) && has=$(tr '\0' '\n' <"/proc/$pid/environ") || exit 2`,
  sh`. ${PROXY_ENVIRONMENT}`,
  sh`for pair in "HTTP_PROXY=$HTTP_PROXY" "HTTPS_PROXY=$HTTPS_PROXY" "NO_PROXY=$NO_PROXY"; do
  case "
$has
" in *"
$pair
"*) ;; *) echo "containerd runs without the inventory's $(echo "$pair" | cut -d= -f1)"; exit 1 ;; esac
done`,
])
