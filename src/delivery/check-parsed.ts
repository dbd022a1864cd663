/** Whether a value is what a JSON parser answers, as far as it shows from outside; else what it is, and what to pass instead. */
export function whyNotJson(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null
  const prototype: unknown = Object.getPrototypeOf(value)
  // Of what a parser answers, no part is a function, so that the names below are only asked of what a class has made.
  if (prototype === Object.prototype || prototype === Array.prototype) return null
  const name = nameOf(value)
  return name === null ? null : `The body that was passed is ${name}, not parsed JSON. ${remedyFor(value, name)}`
}

/** `a Promise`, `a Map`; null for an instance of a class without a name of its own in the language or the platform. */
function nameOf(value: object): string | null {
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1)
  if (tag !== 'Object' && tag !== 'Array') return `${/^[AEIO]/.test(tag) ? 'an' : 'a'} ${tag}`
  if (hasMethod(value, 'then')) return 'a promise'
  return hasMethod(value, 'pipe') ? 'a stream' : null
}

function remedyFor(value: object, name: string): string {
  if (hasMethod(value, 'then')) return 'Await it first: body: await request.json().'
  if (hasMethod(value, 'arrayBuffer')) return 'Pass a function that reads it: body: () => request.bytes().'
  if (name === 'an ArrayBuffer') return 'Pass bytes: body: new Uint8Array(buffer).'
  if (hasMethod(value, 'pipe') || hasMethod(value, 'getReader')) {
    return 'Pass a function that reads it within the limits that it is given, or mount an adapter, which does that.'
  }
  return 'Pass bytes, text, or what JSON.parse answers.'
}

function hasMethod(value: object, name: string): boolean {
  return typeof (value as Readonly<Record<string, unknown>>)[name] === 'function'
}
