import { describe, expect, test } from 'vitest'
import type { Asker } from '../../../src/cli/prompts/asker.js'
import { askConsent } from '../../../src/cli/prompts/consent.js'
import { Secret } from '../../../src/secret.js'
import { sampleOp, sampleDocument, sampleStep } from '../sample-plan.js'

const harmless = sampleDocument([sampleStep('kernel', [sampleOp({ name: '/a', disruption: 'reboot' })])])
const destructive = sampleDocument([sampleStep('kernel', [sampleOp({ name: '/a', disruption: 'data-loss' })])])
const answering = (words: string): Asker => ({
  words: () => Promise.resolve(words),
  secret: () => Promise.resolve(new Secret(words)),
})
const nobody = undefined

describe('consent', () => {
  test('is the word yes, and nothing that only looks like it', async () => {
    await expect(
      askConsent(harmless, { yes: false, again: 'tripod apply -i lab.yaml', asker: answering('yes') }),
    ).resolves.toBeUndefined()
    for (const answer of ['y', 'YES', '', 'no', 'yes please']) {
      await expect(
        askConsent(harmless, { yes: false, again: 'tripod apply -i lab.yaml', asker: answering(answer) }),
      ).rejects.toMatchObject({
        code: 'NOT_CONFIRMED',
      })
    }
  })

  test('that is misspelt is refused with what was typed', async () => {
    await expect(
      askConsent(harmless, { yes: false, again: 'tripod apply -i lab.yaml', asker: answering('yse') }),
    ).rejects.toThrow(/you typed "yse"; only "yes" confirms/)
  })

  test('without a terminal is --yes or nothing', async () => {
    await expect(
      askConsent(harmless, { yes: true, again: 'tripod apply -i lab.yaml', asker: nobody }),
    ).resolves.toBeUndefined()
    await expect(
      askConsent(harmless, { yes: false, again: 'tripod apply -i lab.yaml', asker: nobody }),
    ).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
      exit: 12,
    })
  })

  test('to the loss of data is the name of the cluster; --yes is not enough', async () => {
    await expect(
      askConsent(destructive, { yes: true, again: 'tripod apply -i lab.yaml', asker: nobody }),
    ).rejects.toMatchObject({ code: 'NOT_CONFIRMED' })
    await expect(
      askConsent(destructive, { yes: true, again: 'tripod apply -i lab.yaml', asker: answering('yes') }),
    ).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
    })
    await expect(
      askConsent(destructive, {
        yes: false,
        again: 'tripod apply -i lab.yaml',
        confirm: 'other',
        asker: answering('lab'),
      }),
    ).rejects.toThrow(/--confirm says other/)
    await expect(
      askConsent(destructive, { yes: false, again: 'tripod apply -i lab.yaml', asker: answering('lab') }),
    ).resolves.toBeUndefined()
    await expect(
      askConsent(destructive, { yes: false, again: 'tripod apply -i lab.yaml', confirm: 'lab', asker: nobody }),
    ).resolves.toBeUndefined()
  })
})
