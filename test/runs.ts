/** This run takes the time that `npm run test:long` may. */
export const LONG = process.env['TRIPOD_TEST_LONG'] === '1'

/** Cases of a property test: all of them in `npm run test:long`, a twentieth in every other run, and other ones each time. */
export function runs(all: number): number {
  return LONG ? all : Math.max(Math.ceil(all / 20), Math.min(all, 50))
}
