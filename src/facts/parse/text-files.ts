import { isCloudFile } from '../cloud-hosts.js'
import { SYSCTL_DIRECTORIES, TEXT_FILES } from '../script.js'
import { linesOf, printable, type Sections } from './sections.js'

/** Path -> text of the files the script read in one go; a file that is not there is left out. */
export type TextFiles = ReadonlyMap<string, string>

const PATHS = [...TEXT_FILES, '/proc/meminfo', '/proc/self/status', '/proc/1/status', '/proc/self/mounts']

/** Files of directories, whose names are not known beforehand. */
const IN_DIRECTORIES = new RegExp(`^(?:${SYSCTL_DIRECTORIES.join('|').replaceAll('.', '\\.')})/[^/]*?\\.conf(?=:)`)

/** A file of the machine's settings, of which the script tells where it sets a proxy. */
const PROXY_FILE = /^(\/etc\/(?:profile|systemd|apt|dnf)\b[^:]*):/

/** Files that set a proxy, but for /etc/environment; of tripod's own making none. */
export function proxyFilesAmong(files: TextFiles): readonly string[] {
  return [...files]
    .filter(([path, text]) => PROXY_FILE.test(`${path}:`) && !path.includes('/tripod-') && /proxy/i.test(text))
    .map(([path]) => printable(path))
}

/** Reads the lines `path:line` of the section `files`. */
export function readTextFiles(sections: Sections): TextFiles {
  const files = new Map<string, string>()
  for (const line of linesOf(sections.text('files'))) {
    const path =
      PATHS.find((known) => line.startsWith(`${known}:`)) ??
      IN_DIRECTORIES.exec(line)?.[0] ??
      cloudFileOf(line) ??
      PROXY_FILE.exec(line)?.[1]
    if (path === undefined)
      return sections.fail('files', `a line is not of a file that was asked for: ${printable(line)}`)
    files.set(path, `${files.get(path) ?? ''}${line.slice(path.length + 1)}\n`)
  }
  return files
}

/** Of `path:line`, where the path is one of those whose names only the machine knows. */
function cloudFileOf(line: string): string | undefined {
  const [path] = line.split(':')
  return path !== undefined && isCloudFile(path) ? path : undefined
}

/** First line of a file that must be there. */
export function lineOf(files: TextFiles, path: string, sections: Sections): string {
  const line = files.get(path)?.split('\n')[0]?.trim()
  return line === undefined || line === '' ? sections.fail('files', `${path} is missing or empty`) : printable(line)
}
