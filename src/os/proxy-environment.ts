import { sh } from '../shell.js'

/** The proxy of the inventory as variables, for root alone: `HTTP_PROXY='...'` and so on, for systemd and /bin/sh alike. */
export const PROXY_ENVIRONMENT = '/var/lib/tripod/proxy.env'

/**
 * Makes a script's programs go through the proxy of the inventory, if there is one. apt and dnf take a proxy of their own settings
 * before one of the environment: a machine that has one there keeps it.
 */
export const throughProxy = sh`
if [ -r ${PROXY_ENVIRONMENT} ]; then
  set -a
  . ${PROXY_ENVIRONMENT}
  set +a
fi`

/**
 * Makes a script's programs reach everything directly, whatever its session or systemd gave it. kubeadm copies the variables that it
 * sees into every static pod and into kube-proxy, and warns that the cluster's own addresses would go through them.
 */
export const withoutProxy = sh`unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY`
