import { describe, expect, it } from 'vitest'
import { examine } from '../../../src/engine/observe/examine.js'
import { looking } from '../../../src/engine/observe/looking.js'
import type { RunInput } from '../../../src/engine/run-types.js'
import { Machine } from '../machine.js'
import { file, input, step } from '../small-lab.js'

describe('who only looks', () => {
  it('has no authorities made and nothing downloaded, and all else of the run', async () => {
    const asked: string[] = []
    const never = (what: string) => (): Promise<never> => {
      asked.push(what)
      return Promise.reject(new Error(what))
    }
    const whole: RunInput = {
      ...input({ machines: [new Machine('m1')], steps: [step('x', [file('/etc/x')], 'parallel')] }),
      authorities: { open: never('open'), find: never('find'), read: never('read'), used: never('used') },
      manifests: never('manifests'),
    }
    await examine(whole)
    expect(asked).toEqual([])
    const { authorities, manifests, ...rest } = whole
    expect([looking(whole), typeof authorities, typeof manifests]).toEqual([rest, 'object', 'function'])
  })
})
