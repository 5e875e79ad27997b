import type { Lab } from '../../../src/lab/index.js'
import { said } from './lab.js'

/** Port on the machine's own loopback. */
const PORT = 8000
const REPOSITORIES = '/srv/rpm'

export interface SmallRpm {
  readonly name: string
  /** `2:1.28.15-1.1`; epoch left out: none. */
  readonly version: string
  /** Further lines of its spec file. */
  readonly lines?: readonly string[]
}

/**
 * Debian's packages of the real dnf, rpm and createrepo_c on a machine of the lab, set up as the RHEL family has them (dnf.conf
 * of Rocky Linux 9, the program that Debian's rpm misses), and a signed repository on loopback with these packages. There is one
 * of the id `unsigned` beside it, with the same packages before they were signed, and `other.asc` is a key that signed nothing.
 */
export async function serveRpms(lab: Lab, node: string, packages: readonly SmallRpm[]): Promise<void> {
  await said(
    lab,
    node,
    `set -e
apt-get -qq update
export DEBIAN_FRONTEND=noninteractive
apt-get -qq install --no-install-recommends dnf dnf-plugins-core rpm createrepo-c gnupg python3-systemd >/dev/null
rm -f /usr/lib/python3/dist-packages/dnf-plugins/local.py
mkdir -p /etc/dnf/vars /etc/yum.repos.d /etc/pki/rpm-gpg ${REPOSITORIES}/good ${REPOSITORIES}/unsigned
echo 9 >/etc/dnf/vars/releasever
printf '[main]\\ngpgcheck=1\\ninstallonly_limit=3\\nclean_requirements_on_remove=True\\nbest=True\\nskip_if_unavailable=False\\n' >/etc/dnf/dnf.conf
cd /root
${packages.map(build).join('\n')}
cp rpmbuild/RPMS/*/*.rpm ${REPOSITORIES}/unsigned
cp rpmbuild/RPMS/*/*.rpm ${REPOSITORIES}/good
export GNUPGHOME=/root/rpm-keys
mkdir -m 0700 $GNUPGHOME
for name in good other; do
  gpg -q --batch --passphrase '' --quick-gen-key "$name <$name@example.org>" rsa2048 sign 2>&1
  gpg --armor --export "$name" >${REPOSITORIES}/$name.asc
done
rpmsign --define '__gpg /usr/bin/gpg' --define '_gpg_name good' --addsign ${REPOSITORIES}/good/*.rpm >/dev/null 2>&1
gpgconf --kill all
for one in good unsigned; do createrepo_c -q ${REPOSITORIES}/$one; done
cp ${REPOSITORIES}/good.asc /etc/pki/rpm-gpg/tripod-kubernetes.asc`,
  )
  await servesRpms(lab, node, true)
}

/** Starts or stops what serves the repositories. */
export async function servesRpms(lab: Lab, node: string, on: boolean): Promise<void> {
  const start = `systemd-run -q --unit=rpms python3 -m http.server ${PORT} --bind 127.0.0.1 --directory ${REPOSITORIES}
for try in 1 2 3 4 5 6 7 8 9; do bash -c ': <>/dev/tcp/127.0.0.1/${PORT}' 2>/dev/null && exit; sleep 1; done; exit 1`
  await said(lab, node, on ? start : 'systemctl stop rpms')
}

/** Points `tripod-kubernetes` at one of the repositories. */
export async function useRepository(lab: Lab, node: string, id: 'good' | 'unsigned'): Promise<void> {
  await said(
    lab,
    node,
    `printf '[tripod-kubernetes]\\nname=tripod-kubernetes\\nbaseurl=http://127.0.0.1:${PORT}/${id}\\nenabled=1\\ngpgcheck=1\\ngpgkey=file:///etc/pki/rpm-gpg/tripod-kubernetes.asc\\n' >/etc/yum.repos.d/tripod-kubernetes.repo
rm -rf /var/cache/dnf`,
  )
}

/** Shell lines that build one: a package with a single file. */
export function build({ name, version, lines = [] }: SmallRpm): string {
  const [, epoch = '0', upstream = '', release = ''] = /^(?:(\d+):)?(.*)-([^-]*)$/.exec(version) ?? []
  const file = `/opt/${name}`
  const spec = [
    ...[`Name: ${name}`, `Epoch: ${epoch}`, `Version: ${upstream}`, `Release: ${release}`].filter(
      (line) => line !== 'Epoch: 0',
    ),
    ...['Summary: a stand-in', 'License: none', ...lines, '%description', 'A stand-in.'],
    ...['%install', `mkdir -p %{buildroot}/opt`, `echo ${upstream} >%{buildroot}${file}`, '%files', file],
  ]
  return `cat >one.spec <<'END'\n${spec.join('\n')}\nEND\nrpmbuild -ba --nodeps one.spec >build.log 2>&1 || { cat build.log >&2; exit 1; }`
}
