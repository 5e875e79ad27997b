/** Tests of the command line run what users run: dist/, built once before all of them. */
export async function setup() {
  await import('../scripts/build.mjs')
}
