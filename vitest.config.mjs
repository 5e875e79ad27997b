import { defineConfig } from 'vitest/config'
import { vitePlugin } from './scripts/handlebars.mjs'

/**
 * What takes longer than a run of every change may: `npm run test:long`. Its sample in every run is test/lab/converge.test.ts: one whole
 * cluster is as much as a slow computer has time for.
 */
const LONG_ONLY = process.env.TRIPOD_TEST_LONG === '1' ? [] : ['test/**/*.long.test.ts']

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [vitePlugin],
        test: {
          name: 'unit',
          // Property tests of 10,000 cases take their time on a small computer, and more on a busy one: this ends what hangs.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          globalSetup: './test/build.mjs',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', ...LONG_ONLY],
        },
      },
      {
        plugins: [vitePlugin],
        // Real machines: root and minutes. One file at a time, for some of what they change is the computer's (swap, vm.*, fs.*).
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          exclude: LONG_ONLY,
          fileParallelism: false,
          // Ends what hangs, and measures nothing: the same apply takes one minute on one computer, and eight on another.
          testTimeout: 25 * 60_000,
          hookTimeout: 25 * 60_000,
        },
      },
    ],
  },
})
