import { defineConfig } from 'vitest/config'
import { vitePlugin } from './scripts/handlebars.mjs'

export default defineConfig({
  plugins: [vitePlugin],
  test: {
    include: ['test/**/*.test.ts'],
    // Machines of the lab have a run of their own: they need root and minutes.
    exclude: ['test/lab/**'],
  },
})
