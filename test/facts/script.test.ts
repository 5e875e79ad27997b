import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { factsScript } from '../../src/facts/script.js'

const run = promisify(execFile)

describe('the facts script', () => {
  test('fits into the word that carries it to a node, with room to spare', () => {
    expect(factsScript({ vip: 'fd00:10:77::10' }).text.length).toBeLessThan(20_480)
  })

  test('asks for services by the names of their files', () => {
    expect(factsScript({}).text).toMatch(
      / NetworkManager; do\n +case \$unit in \*\.swap\) ;; \*\) unit=\$unit\.service ;; esac/,
    )
  })

  test('is plain POSIX shell', async () => {
    await expect(run('/bin/sh', ['-n', '-c', factsScript({ vip: '10.0.0.10' }).text])).resolves.toBeDefined()
  })

  test('hides no failure and writes nowhere', () => {
    const { text } = factsScript({ vip: '10.0.0.10' })
    expect(text).not.toContain('|| true')
    const targets = [...text.matchAll(/(?<![<&\d])\d?>\s*([^\s;&)]+)/g)].map((match) => match[1])
    expect(new Set(targets)).toEqual(new Set(['/dev/null']))
  })

  test('comes to its end with every question that it can be asked', async () => {
    const script = factsScript({
      vip: '127.0.0.1',
      candidates: [],
      repositories: ['https://example.org'],
      networks: true,
    })
    const { stdout } = await run('/bin/sh', ['-c', script.text])
    expect(stdout).toMatch(/\n[0-9a-f-]{36} ping \d+\n[^]* finish 0\n$/)
  })

  test('closes every section with a mark that no two runs share', async () => {
    const first = await run('/bin/sh', ['-c', factsScript({ candidates: [] }).text])
    const second = await run('/bin/sh', ['-c', factsScript({ candidates: [] }).text])
    const mark = (output: string) => /^tripod-facts ([0-9a-f-]{36})\n/.exec(output)?.[1]
    expect(mark(first.stdout)).toBeDefined()
    expect(mark(first.stdout)).not.toBe(mark(second.stdout))
    expect(first.stdout.endsWith(`\n${mark(first.stdout) ?? ''} finish 0\n`)).toBe(true)
  })
})
