import type { Check } from '../check.js'

/** P03: without the message bus, what asks systemd over it does not work. tripod, the kubelet and runc fall back to systemd's own socket. */
export const dBus: Check = ({ seen }) =>
  seen
    .filter(({ facts }) => facts.init === 'systemd' && !facts.dBus)
    .map(({ node: { name } }) => ({
      id: 'P03',
      severity: 'warning',
      node: name,
      message: `D-Bus does not run on ${name} (/run/dbus/system_bus_socket is not there): hostnamectl, timedatectl, firewalld and graceful shutdown of nodes do not work; tripod sets the host name without it`,
      fix: `Install it: apt-get install dbus (dnf install dbus), then systemctl start dbus.socket on ${name}`,
    }))
