import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Redactor, Secret } from '../src/secret.js'

const VALUE = "hun'ter 22/+é"

describe('a secret', () => {
  const secret = new Secret(VALUE)

  it('does not print, however it is asked', () => {
    const printed = [
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9 }),
      inspect(secret, { showHidden: true }),
    ]
    for (const text of printed) {
      expect(text).toContain('[secret]')
      expect(text).not.toContain('hun')
    }
    expect(secret.reveal()).toBe(VALUE)
  })
})

describe('the redactor', () => {
  const redactor = new Redactor()
  redactor.know(new Secret(VALUE))

  it('knows a secret in each form in which it travels', () => {
    const forms = [
      VALUE,
      Buffer.from(VALUE).toString('base64'),
      encodeURIComponent(VALUE),
      VALUE.replaceAll("'", `'\\''`),
      JSON.stringify(VALUE),
    ]
    for (const form of forms) expect(redactor.redact(`before ${form} after`)).toMatch(/^before "?\[secret\]=*"? after$/)
  })

  it('takes out what has the shape of a secret, known or not', () => {
    expect(redactor.redact('token abcdef.0123456789abcdef here')).toBe('token [secret] here')
    expect(redactor.redact('-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest')).toBe(
      '[secret]\nrest',
    )
    expect(redactor.redact('client-key-data: TFMwdExT')).toBe('client-key-data: [secret]')
  })

  it('takes a part of a longer name for none, and a token for one wherever it stands', () => {
    for (const name of ['node01.internalnetworks.de', 'a.node01.internalnetworks', 'cp-node01.internalnetworks.de'])
      expect(redactor.redact(`node ${name} is ready`)).toBe(`node ${name} is ready`)
    for (const [before, after] of [
      ['token=', ''],
      ['token: "', '",'],
      ['using ', '.'],
      ['...', ' '],
      ["--token '", "'"],
    ])
      expect(redactor.redact(`${before ?? ''}abcdef.0123456789abcdef${after ?? ''}`)).toBe(
        `${before ?? ''}[secret]${after ?? ''}`,
      )
  })

  it('lets the placeholder of a plan stand, and words that are too short to be secrets', () => {
    redactor.know(new Secret('on'))
    expect(redactor.redact('minted.atapply000000000 is on')).toBe('minted.atapply000000000 is on')
  })
})
