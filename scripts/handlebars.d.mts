import type { Plugin } from 'esbuild'

export function handlebars(): Plugin
export const vitePlugin: {
  readonly name: string
  readonly enforce: 'pre'
  readonly load: (id: string) => Promise<{ readonly code: string; readonly map: null } | undefined>
}
