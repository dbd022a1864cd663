/** Ways in which a function of the user's can misbehave, whatever it was called for. */

/** The end that a caller sees, for what is told of a listener. */
export type End = 'returns' | 'fails' | 'hangs'

const trap = (): never => {
  throw new Error('a trap')
}
const hostile = () =>
  new Proxy(() => undefined, {
    get: trap,
    has: trap,
    ownKeys: trap,
    getPrototypeOf: trap,
    getOwnPropertyDescriptor: trap,
    apply: trap,
  })
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const throws = (value: unknown) => () => {
  throw value
}
const rejects = (value: unknown) => async () => {
  await Promise.resolve()
  throw value
}
const thenable = (then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => unknown) => () => ({
  then,
})
const circular = new Error('circular')
circular.cause = circular
const unreadable = {
  get message(): string {
    return trap()
  },
  get code(): string {
    return trap()
  },
  get name(): string {
    return trap()
  },
}
const overflow = (): number => 1 + overflow()
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export const MISBEHAVIOURS: readonly (readonly [way: string, end: End, run: (...args: unknown[]) => unknown])[] = [
  ['throws an error', 'fails', throws(new Error('no'))],
  ['throws undefined', 'fails', throws(undefined)],
  ['throws null', 'fails', throws(null)],
  ['throws text', 'fails', throws('no')],
  ['throws a symbol', 'fails', throws(Symbol('no'))],
  ['throws a frozen object', 'fails', throws(Object.freeze({}))],
  ['throws what cannot be read', 'fails', throws(unreadable)],
  ['throws a proxy that traps all', 'fails', throws(hostile())],
  ['throws a revoked proxy', 'fails', throws(revoked())],
  ['throws an error that is its own cause', 'fails', throws(circular)],
  ['throws a function', 'fails', throws(trap)],
  ['overflows the stack', 'fails', overflow],
  ['is a class', 'fails', Map as unknown as () => unknown],
  ['rejects with an error', 'fails', rejects(new Error('no'))],
  ['rejects with nothing', 'fails', rejects(undefined)],
  ['rejects with a proxy that traps all', 'fails', rejects(hostile())],
  ['rejects with what cannot be read', 'fails', rejects(unreadable)],
  [
    'rejects late',
    'fails',
    async () => {
      await pause(50)
      throw new Error('no')
    },
  ],
  [
    'rejects after the deadline',
    'hangs',
    async () => {
      await pause(9_000)
      throw new Error('no')
    },
  ],
  ['never settles', 'hangs', () => new Promise(() => undefined)],
  ['returns a thenable that never calls back', 'hangs', thenable(() => undefined)],
  [
    'returns a thenable that calls back twice',
    'returns',
    thenable((resolve, reject) => {
      resolve(1)
      reject(new Error('no'))
      resolve(2)
    }),
  ],
  [
    'returns a thenable that rejects and throws',
    'fails',
    thenable((_, reject) => {
      reject(new Error('no'))
      trap()
    }),
  ],
  ['returns a thenable that throws', 'fails', thenable(trap)],
  ['returns a thenable of a thenable that rejects', 'fails', thenable((resolve) => resolve(thenable(trap)()))],
  [
    'returns what throws when its then is looked for',
    'fails',
    () => ({
      get then(): never {
        return trap()
      },
    }),
  ],
  [
    'returns a function with a then that rejects',
    'fails',
    () => Object.assign(() => undefined, { then: (_: unknown, reject: (error: Error) => void) => reject(new Error()) }),
  ],
  ['returns a promise whose then was replaced', 'returns', () => Object.assign(Promise.resolve(), { then: trap })],
  ['returns a proxy that traps all', 'fails', hostile],
  ['returns a revoked proxy', 'fails', revoked],
  ['returns a list of promises', 'returns', () => [new Promise(() => undefined)]],
  [
    'is a generator',
    'returns',
    function* () {
      yield trap()
    },
  ],
  [
    'is an async generator',
    'returns',
    async function* () {
      yield await Promise.resolve(trap())
    },
  ],
  ['returns undefined', 'returns', () => undefined],
  ['returns null', 'returns', () => null],
  ['returns NaN', 'returns', () => NaN],
  ['returns a symbol', 'returns', () => Symbol('yes')],
  ['returns a big number', 'returns', () => 10n ** 40n],
  ['returns text', 'returns', () => 'claimed'],
  ['returns a promise of text', 'returns', () => Promise.resolve('claimed')],
  ['returns a list', 'returns', () => []],
  ['returns an empty object', 'returns', () => ({})],
  ['returns a status that there is not', 'returns', () => ({ status: 'perhaps', retryAfterMs: 'soon' })],
  ['returns an in-flight that never ends', 'returns', () => ({ status: 'in-flight', retryAfterMs: Infinity })],
  ['returns an in-flight without a time', 'returns', () => Promise.resolve({ status: 'in-flight' })],
  [
    'returns a status that cannot be read',
    'returns',
    () => ({
      get status(): never {
        return trap()
      },
    }),
  ],
  [
    'changes what it was given',
    'returns',
    (...args) => {
      for (const value of args) if (typeof value === 'object' && value !== null) Reflect.set(value, 'key', 'another')
    },
  ],
  [
    'deletes from what it was given',
    'returns',
    (...args) => {
      for (const value of args) {
        if (typeof value !== 'object' || value === null) continue
        for (const name of Reflect.ownKeys(value)) Reflect.deleteProperty(value, name)
      }
    },
  ],
]
