import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Facts } from '../../../src/facts/facts.js'
import type { Setting } from '../../../src/facts/kernel-settings.js'
import { rivalsOf } from '../../../src/facts/sysctl-rivals.js'
import { withoutRivals } from '../../../src/steps/kernel/without-rivals.js'
import { facts } from '../context.js'

const SETTINGS: readonly Setting[] = [{ key: 'net.ipv4.ip_forward', value: 1, atLeast: false }]
type Files = Facts['sysctlFiles']

/** The files as they are once that was carried out. */
function carriedOut(files: Files): Files {
  const own = withoutRivals({ ...facts, sysctlFiles: files }, SETTINGS)
  const rest = files.map((file) => {
    const edit = own.find((one) => one.kind === 'edit' && one.path === file.path)
    return edit?.kind === 'edit' ? { ...file, text: edit.apply(file.text) } : file
  })
  const written = own.flatMap((one) =>
    one.kind === 'file' && typeof one.content === 'string'
      ? [{ path: one.path, text: one.content, isLink: false }]
      : [],
  )
  return [...written, ...rest.filter(({ path }) => !written.some((one) => one.path === path))]
}

const shown = (files: Files): readonly string[] =>
  withoutRivals({ ...facts, sysctlFiles: files }, SETTINGS).map((one) =>
    one.kind === 'edit' ? `edit ${one.path}` : `file ${one.path} ${JSON.stringify(one.content)}`,
  )

describe('lines that win over tripod’s kernel settings', () => {
  it('are switched off in their place, and come back byte for byte', () => {
    const text = '# CIS 3.1\n-net/ipv4/ip_forward = 0\nkernel.panic=5'
    const [edit] = withoutRivals(
      { ...facts, sysctlFiles: [{ path: '/etc/sysctl.d/999-x.conf', text, isLink: false }] },
      SETTINGS,
    )
    if (edit?.kind !== 'edit') throw new Error('no edit')
    expect(edit.apply(text)).toBe('# CIS 3.1\n# disabled by tripod: -net/ipv4/ip_forward = 0\nkernel.panic=5')
    expect(edit.revert(edit.apply(text))).toBe(text)
  })

  it('of a package’s or a program’s file are left out of a copy that hides it', () => {
    const files = [
      { path: '/usr/lib/sysctl.d/zz.conf', text: 'kernel.panic=5\nnet.ipv4.ip_forward=0\n', isLink: false },
    ]
    const [copy] = shown(files)
    expect(copy).toMatch(
      /^file \/etc\/sysctl\.d\/zz\.conf "# Managed by tripod.*\\n# A copy of \/usr\/lib\/sysctl\.d\/zz\.conf,.*\\nkernel\.panic=5\\n# disabled by tripod: net\.ipv4\.ip_forward=0\\n"$/,
    )
    // The copy follows the original, and goes with it.
    const [original] = files
    if (original === undefined) throw new Error('no original')
    const updated = carriedOut(files).map((one) =>
      one.path === original.path ? { ...one, text: `${one.text}vm.x=1\n` } : one,
    )
    expect(shown(updated)[0]).toContain('vm.x=1')
    expect(shown(carriedOut(files).filter(({ path }) => path !== original.path))).toEqual([])
    // One that an earlier version made has another first line.
    const earlier = carriedOut(files).map((one) => ({
      ...one,
      text: one.text.replace(/^# Managed.*/, '# Written by tripod'),
    }))
    expect(earlier.some(({ text }) => text.startsWith('# Written'))).toBe(true)
    expect(shown(earlier)).toEqual([copy])
  })

  it('do not win any more once that is done, and what is wanted stays the same, whatever the files', () => {
    const path = fc.constantFrom(
      ...['/etc/sysctl.conf', '/etc/sysctl.d/999.conf', '/etc/sysctl.d/10.conf', '/etc/sysctl.d/zz.conf'],
      ...[
        '/run/sysctl.d/zz.conf',
        '/run/sysctl.d/zy.conf',
        '/usr/local/lib/sysctl.d/zz.conf',
        '/usr/lib/sysctl.d/zx.conf',
      ],
    )
    const line = fc.constantFrom(
      'net.ipv4.ip_forward=0',
      '-net/ipv4/ip_forward',
      'net.ipv4.ip_forward=1',
      '# x',
      'a=b',
      '',
    )
    const text = fc.array(line).map((lines) => lines.map((one) => `${one}\n`).join(''))
    const order = (file: Files[number]): number =>
      ['/etc/sysctl.d', '/run', '/usr/local', '/usr/lib', '/etc/sysctl.conf'].findIndex((one) =>
        file.path.startsWith(one),
      )
    const files = fc
      .uniqueArray(fc.record({ path, text, isLink: fc.constant(false) }), { selector: (one) => one.path })
      .map((list) => list.toSorted((a, b) => order(a) - order(b)))
    fc.assert(
      fc.property(files, (list) => {
        const after = carriedOut(list).toSorted((a, b) => order(a) - order(b))
        expect(rivalsOf({ ...facts, sysctlFiles: after }, SETTINGS)).toEqual([])
        expect(shown(after)).toEqual(shown(list))
      }),
    )
  })
})
