/** One machine as it was typed. */
export interface Machine {
  readonly name: string
  readonly address: string
}

/** Finds the address of a machine that was given by name alone. */
export type LookUp = (name: string) => Promise<string>

/** `10.0.0.11-13`: the last number runs. */
const RUN = /^(\d+\.\d+\.\d+\.)(\d{1,3})-(\d{1,3})$/

/**
 * Machines separated by commas or spaces, each `ADDRESS`, `NAME=ADDRESS`, `10.0.0.11-13` for several, or a host name that is looked
 * up. It is called by its first label, or wholly where another one begins alike; those without a name by the prefix and their place: m1,
 * m2. Nothing is checked: the inventory is, as a whole.
 */
export async function readMachines(text: string, prefix: string, lookUp: LookUp): Promise<readonly Machine[]> {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  const found = distinct((await Promise.all(words.map((word) => readWord(word, lookUp)))).flat())
  const taken = new Set(found.flatMap(({ name }) => name ?? []))
  return found.map(({ name, address }, index) => ({ name: name ?? freeName(prefix, index + 1, taken), address }))
}

type Nameless = Pick<Machine, 'address'> & { readonly name?: string; readonly whole?: string }

/** With the whole name where the first label is that of several. */
function distinct(machines: readonly Nameless[]): readonly Nameless[] {
  const isAlone = (name: string): boolean => machines.filter((one) => one.name === name).length === 1
  return machines.map(({ name, whole, address }) => {
    const own = whole === undefined || name === undefined || isAlone(name) ? name : whole
    return own === undefined ? { address } : { name: own, address }
  })
}

async function readWord(word: string, lookUp: LookUp): Promise<readonly Nameless[]> {
  const [, name, address] = /^([^=]*)=(.*)$/.exec(word) ?? []
  if (name !== undefined && address !== undefined) return [{ name, address }]
  const [, network = '', first, last] = RUN.exec(word) ?? []
  const count = Number(last) - Number(first) + 1
  if (count > 0)
    return Array.from({ length: count }, (_, index) => ({ address: network + String(Number(first) + index) }))
  const isName = /^(?=.*[a-z])[a-z0-9.-]+$/i.test(word)
  if (!isName) return [{ address: word }]
  const whole = word.toLowerCase()
  return [{ name: whole.split('.')[0] ?? '', whole, address: await lookUp(word) }]
}

function freeName(prefix: string, place: number, taken: Set<string>): string {
  const name = `${prefix}${String(place)}`
  if (taken.has(name)) return freeName(prefix, place + 1, taken)
  taken.add(name)
  return name
}
