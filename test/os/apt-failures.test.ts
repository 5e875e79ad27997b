import { describe, expect, test } from 'vitest'
import { explainFailure } from '../../src/os/apt-failures.js'

// Output of apt 2.6 (Debian 12) and 3.0 (Debian 13); addresses are made up. What could not be provoked is marked.
const OUTPUTS: readonly (readonly [what: string, output: string, check: string | undefined, says: RegExp])[] = [
  [
    'a name that does not resolve',
    `Err:1 http://no-such-host.invalid/debian stable InRelease
  Could not resolve 'no-such-host.invalid'
E: Failed to fetch http://no-such-host.invalid/debian/dists/stable/InRelease  Could not resolve 'no-such-host.invalid'
E: Some index files failed to download. They have been ignored, or old ones used instead.`,
    'P21',
    /no-such-host\.invalid \(DNS/,
  ],
  [
    'two sources with different keys',
    `E: Conflicting values set for option Signed-By regarding source https://download.docker.com/linux/debian/ bookworm: /etc/apt/keyrings/docker.asc != /etc/apt/keyrings/tripod-docker.asc
E: The list of sources could not be read.`,
    'P22',
    /linux\/debian\/ bookworm: \/etc\/apt\/keyrings\/docker.asc and \/etc\/apt\/keyrings\/tripod-docker.asc/,
  ],
  [
    'a refused connection',
    `Err:1 http://127.0.0.1:9/debian stable InRelease
  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)
E: Failed to fetch http://127.0.0.1:9/debian/dists/stable/InRelease  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)`,
    'P21',
    /127\.0\.0\.1:9 \(TCP: connection refused\)/,
  ],
  [
    'a certificate that is refused (from apt’s sources)',
    `Err:1 https://mirror.example.org/debian stable InRelease
  Certificate verification failed: The certificate is NOT trusted. The certificate issuer is unknown.  Could not handshake: Error in the certificate verification. [IP: 192.0.2.7 443]`,
    'P21',
    /192\.0\.2\.7 443 \(TLS/,
  ],
  [
    'a suite that the mirror does not have',
    `Ign:1 http://deb.example.org/debian no-such-suite InRelease
Err:2 http://deb.example.org/debian no-such-suite Release
  404  Not Found [IP: 192.0.2.7 80]
Reading package lists...
E: The repository 'http://deb.example.org/debian no-such-suite Release' does not have a Release file.`,
    'P21',
    /HTTP 404 Not Found/,
  ],
  [
    'a list that is gone',
    `E: Failed to fetch http://deb.example.org/debian/dists/stable/main/binary-amd64/Packages  404  Not Found [IP: 192.0.2.7 80]`,
    'P21',
    /Packages \(HTTP 404/,
  ],
  [
    'a list that is not the one that was signed',
    `E: Failed to fetch http://10.77.1.1:5078/Packages  File has unexpected size (1872 != 1867). Mirror sync in progress? [IP: 10.77.1.1 5078]
   Hashes of expected file:
    - Filesize:1867 [weak]
E: Some index files failed to download. They have been ignored, or old ones used instead.`,
    'P22',
    /5078\/Packages is not the file that its repository signed: File has unexpected size \(1872 != 1867\)$/,
  ],
  [
    'a package that is not the one that was signed',
    `E: Failed to fetch http://10.77.1.1:5078/amd64/kubectl_1.22.17-1.1_amd64.deb  Hash Sum mismatch
   Hashes of expected file:`,
    'P22',
    /_amd64\.deb is not the file that its repository signed: Hash Sum mismatch$/,
  ],
  [
    'a local repository without Release file',
    `Err:2 file:/tmp/repo stable Release
  File not found - /tmp/repo/dists/stable/Release (2: No such file or directory)
E: The repository 'file:/tmp/repo stable Release' does not have a Release file.`,
    'P21',
    /file:\/tmp\/repo stable Release/,
  ],
  [
    'a key that gpgv does not have',
    `W: GPG error: file:/tmp/repo stable InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 54404762BBB6E853 NO_PUBKEY BDE6D2B9216EC7A8
E: The repository 'file:/tmp/repo stable InRelease' is not signed.`,
    'P22',
    /not known to the node: 54404762BBB6E853/,
  ],
  [
    'a key that expired, by gpgv (apt 2.6 of Debian 12)',
    `W: GPG error: file:/srv/repo ./ InRelease: The following signatures were invalid: EXPKEYSIG FF2E1ABA309304BA isv:kubernetes OBS Project <isv@obs>
E: The repository 'file:/srv/repo ./ InRelease' is not signed.`,
    'P22',
    /has expired on the node: FF2E1ABA309304BA$/,
  ],
  [
    'a key that expired before the signature was made, by sqv (apt 3.0 of Debian 13)',
    `W: OpenPGP signature verification failed: file:/srv/repo ./ InRelease: Sub-process /usr/bin/sqv returned an error code (1), error message is: Signing key on 2D085891F6BC61E04F6A5BBDFF2E1ABA309304BA is bad:            The primary key is not live   because: Expired on 2026-11-27T22:57:37Z
E: The repository 'file:/srv/repo ./ InRelease' is not signed.`,
    'P22',
    /has expired on the node: 2D085891F6BC61E04F6A5BBDFF2E1ABA309304BA, on 2026-11-27$/,
  ],
  [
    'a key that sqv does not have',
    `  Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key B0CAB9266E8C3929798B3EEEBDE6D2B9216EC7A8, which is needed to verify signature.
E: The repository 'file:/tmp/repo stable InRelease' is not signed.`,
    'P22',
    /sqv refused it: Missing key B0CAB9266E8C3929798B3EEEBDE6D2B9216EC7A8/,
  ],
  [
    'a repository without signature',
    `E: The repository 'file:/tmp/repo stable Release' is not signed.`,
    'P22',
    /file:\/tmp\/repo stable Release is not signed/,
  ],
  [
    'a clock that is behind (from apt’s sources)',
    `E: Release file for http://deb.example.org/debian/dists/bookworm-updates/InRelease is not valid yet (invalid for another 3h 2min 1s). Updates for this repository will not be applied.`,
    undefined,
    /clock of the node is behind.*3h 2min 1s/,
  ],
  ['a package of no repository', `E: Unable to locate package no-such-package-x`, 'P23', /no-such-package-x/],
  [
    'the lock of dpkg on Debian 12',
    `dpkg: error: dpkg frontend lock was locked by another process with pid 834
Note: removing the lock file is always wrong, can damage the locked area
E: Sub-process dpkg --set-selections returned an error code (2)`,
    'P25',
    /\(pid 834\)/,
  ],
  [
    'the lock of dpkg on Debian 13',
    `dpkg: error: dpkg frontend lock was locked by /usr/bin/perl process with pid 388`,
    'P25',
    /\(\/usr\/bin\/perl, pid 388\)/,
  ],
  [
    'the lock of apt',
    `Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 834 (unattended-upgr)...
E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?`,
    'P25',
    /\(unattended-upgr, pid 834\)/,
  ],
  [
    'the lock of the lists',
    `E: Could not get lock /var/lib/apt/lists/lock. It is held by process 844 (apt-get)\nE: Unable to lock directory /var/lib/apt/lists/`,
    'P25',
    /\(apt-get, pid 844\)/,
  ],
  [
    'an interrupted dpkg',
    `E: dpkg was interrupted, you must manually run 'sudo dpkg --configure -a' to correct the problem. `,
    'P26',
    /interrupted/,
  ],
  [
    'a full disk',
    `E: You don't have enough free space in /var/cache/apt/archives/.`,
    undefined,
    /\/var\/cache\/apt\/archives/,
  ],
  ['a disk that filled up', `dpkg: error: unable to write: No space left on device`, undefined, /No space left/],
  [
    'a removal that was not allowed',
    `The following packages will be REMOVED:
  docker.io runc
The following NEW packages will be installed:
  containerd.io
E: Packages need to be removed but remove is disabled.`,
    undefined,
    /would remove docker\.io, runc/,
  ],
  [
    'packages that do not fit',
    `The following packages have unmet dependencies:
 libc-bin : Depends: libc6 (> 2.36) but it is not going to be installed
            Depends: libc6 (< 2.37) but it is not going to be installed
E: Unable to correct problems, you have held broken packages.`,
    'P26',
    /libc-bin : Depends: libc6 \(> 2\.36\)/,
  ],
]

describe('failures of the package manager', () => {
  test.each(OUTPUTS)('%s', (_, output, check, says) => {
    const failure = explainFailure(output)
    expect(failure?.message).toMatch(says)
    expect(failure?.check).toBe(check)
    expect(failure?.fix).not.toBe('')
  })

  test('a lock that was waited for is not blamed for what failed afterwards', () => {
    const waited =
      'Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 834 (apt)...'
    expect(explainFailure(`${waited}\nE: Unable to locate package x`)).toMatchObject({ check: 'P23' })
  })

  test('what is not known is not guessed', () => {
    expect(explainFailure('Setting up containerd ...\nE: Something new')).toBeUndefined()
    expect(explainFailure('')).toBeUndefined()
  })
})
