import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/original.long.test.ts: ${unable}`)

const HOSTS = '/etc/containerd/certs.d/docker.io/hosts.toml'

describe.skipIf(unable !== undefined)('a machine on which tripod is not the first', () => {
  const context = testLab({ name: 't-review', nodes: 1, kubernetes: '1.22.17', os: 'debian12' })
  const succeed = async (...args: string[]): Promise<string> => {
    const ended = await context.tripod(args)
    expect({ code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({ code: 0, stderr: '' })
    return ended.stdout
  }

  it('gets a file of its own back, content, owner and mode, when nothing wants it any more', async () => {
    const { lab } = context
    await inside(lab, 'm1', `mkdir -p ${HOSTS.replace(/[^/]*$/, '')} && echo '# mine' >${HOSTS} && chmod 0640 ${HOSTS}`)
    const inventory = await readFile(lab.inventoryPath, 'utf8')
    const mirror = '  mirrors:\n    docker.io: https://mirror.example.org\n'
    await writeFile(lab.inventoryPath, inventory.replace('  mirrors:\n', mirror))
    await succeed('apply', '--yes')
    expect(await said(lab, 'm1', `cat ${HOSTS}`)).toContain('mirror.example.org')
    await writeFile(lab.inventoryPath, inventory)
    await succeed('apply', '--yes')
    expect(await said(lab, 'm1', `cat ${HOSTS}; stat -c '%a %U:%G' ${HOSTS}`)).toBe('# mine\n640 root:root')
    expect(await succeed('plan')).toContain('No changes.')
  })

  it('gets containerd back where somebody removed it', async () => {
    const { lab } = context
    await said(lab, 'm1', 'apt-mark unhold containerd && dpkg --remove containerd >&2')
    expect(await succeed('drift')).toContain('containerd')
    await succeed('apply', '--yes')
    expect(await said(lab, 'm1', 'systemctl is-active containerd; apt-mark showhold containerd')).toBe(
      'active\ncontainerd',
    )
    expect(await succeed('plan')).toContain('No changes.')
  })
})
