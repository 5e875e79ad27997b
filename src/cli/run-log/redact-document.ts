/** The same data with every text of it redacted. */
export function redactDocument<Data extends object>(data: Data, redact: (text: string) => string): Data {
  const text = JSON.stringify(data, (_key, value: unknown) => (typeof value === 'string' ? redact(value) : value))
  return JSON.parse(text) as Data
}
