// Before `npm pack` and `npm publish`: without a build the package would be a start script and nothing to start.
import { fail, prepare } from './setup.mjs'

await prepare().catch(fail)
