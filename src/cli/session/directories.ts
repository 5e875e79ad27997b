import path from 'node:path'
import envPaths from 'env-paths'

/** Where runs are logged, `$XDG_STATE_HOME/tripod`; TRIPOD_STATE_DIR overrides. Absolute. */
export function stateDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['TRIPOD_STATE_DIR']
  return own === undefined || own === '' ? envPaths('tripod', { suffix: '' }).log : path.resolve(own)
}

/** Where fetched signing keys are kept, `$XDG_CACHE_HOME/tripod`; TRIPOD_STATE_DIR overrides. Absolute. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['TRIPOD_STATE_DIR']
  return own === undefined || own === ''
    ? envPaths('tripod', { suffix: '' }).cache
    : path.join(path.resolve(own), 'cache')
}

/** Where what must not be lost is kept, `$XDG_DATA_HOME/tripod`; TRIPOD_STATE_DIR overrides. Absolute. */
export function dataDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['TRIPOD_STATE_DIR']
  return own === undefined || own === '' ? envPaths('tripod', { suffix: '' }).data : path.resolve(own)
}
