const VIRTUAL =
  /^(docker|br-|virbr|cni|cali|veth|flannel|vxlan|kube-|tunl|lxc|lxd|podman|dummy|ifb|nodelocaldns|cilium|wg)/

/** Made on the machine by other software: names, MACs and addresses of these repeat from machine to machine. */
export function isVirtualInterface(name: string): boolean {
  return VIRTUAL.test(name)
}
