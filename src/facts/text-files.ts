import { SYSCTL_DIRECTORIES, TEXT_FILES } from './script.js'
import { linesOf, printable, type Sections } from './sections.js'

/** Path -> text of the files the script read in one go; a file that is not there is left out. */
export type TextFiles = ReadonlyMap<string, string>

const PATHS = [...TEXT_FILES, '/proc/meminfo', '/proc/self/status', '/proc/1/status', '/proc/self/mounts']

/** Files of directories, whose names are not known beforehand. */
const IN_DIRECTORIES = new RegExp(`^(?:${SYSCTL_DIRECTORIES.join('|').replaceAll('.', '\\.')})/[^/]*?\\.conf(?=:)`)

/** Reads the lines `path:line` of the section `files`. */
export function readTextFiles(sections: Sections): TextFiles {
  const files = new Map<string, string>()
  for (const line of linesOf(sections.text('files'))) {
    const path = PATHS.find((known) => line.startsWith(`${known}:`)) ?? IN_DIRECTORIES.exec(line)?.[0]
    if (path === undefined)
      return sections.fail('files', `a line is not of a file that was asked for: ${printable(line)}`)
    files.set(path, `${files.get(path) ?? ''}${line.slice(path.length + 1)}\n`)
  }
  return files
}

/** First line of a file that must be there. */
export function lineOf(files: TextFiles, path: string, sections: Sections): string {
  const line = files.get(path)?.split('\n')[0]?.trim()
  return line === undefined || line === '' ? sections.fail('files', `${path} is missing or empty`) : printable(line)
}
