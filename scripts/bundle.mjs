// How sources become programs, for the build and for programs of tests.
import { handlebars } from './handlebars.mjs'

/**
 * Native add-ons, which ssh2 tries and does without, and the compilers that oclif would load only to run TypeScript.
 * @type {import('esbuild').Plugin}
 */
const leftOutside = {
  name: 'left-outside',
  setup(context) {
    context.onResolve({ filter: /\.node$|^(cpu-features|typescript|ts-node|tsx)($|\/)/ }, ({ path: wanted }) => ({
      path: wanted,
      external: true,
    }))
  },
}

/** Options for esbuild; entry points and output are the caller's. */
export const bundleOptions = /** @satisfies {import('esbuild').BuildOptions} */ ({
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  plugins: [leftOutside, handlebars()],
  // CommonJS packages expect these.
  banner: {
    js: [
      `import { createRequire as makeRequire } from 'node:module'`,
      `import { fileURLToPath as urlToPath } from 'node:url'`,
      `const require = makeRequire(import.meta.url)`,
      `const __filename = urlToPath(import.meta.url)`,
      `const __dirname = urlToPath(new globalThis.URL('.', import.meta.url))`,
    ].join('; '),
  },
})
