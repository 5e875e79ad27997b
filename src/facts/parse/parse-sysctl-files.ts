import type { Facts } from '../facts.js'
import { linesOf, type Sections } from './sections.js'
import type { TextFiles } from './text-files.js'

/** Files outside the directories; the last is ufw's own, which it loads after all others (ufw(8), /etc/default/ufw). */
const ALONE = ['/etc/sysctl.conf', '/etc/ufw/sysctl.conf'] as const

/** Files of kernel settings with their texts. An empty one counts too: it hides those of its name in weaker directories. */
export function parseSysctlFiles(sections: Sections, files: TextFiles): Facts['sysctlFiles'] {
  const listed = linesOf(sections.text('sysctl-files')).flatMap((line) => {
    const [, kind, path] = /^(link|file) (.*)$/.exec(line) ?? []
    // A pattern that matched nothing stands for itself.
    if (path === undefined || (path.endsWith('/*.conf') && !files.has(path))) return []
    return [{ path, text: files.get(path) ?? '', isLink: kind === 'link' }]
  })
  const alone = ALONE.flatMap((path) => {
    const text = files.get(path)
    return text === undefined ? [] : [{ path, text, isLink: false }]
  })
  return [...listed, ...alone]
}
