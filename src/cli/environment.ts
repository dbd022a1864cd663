import { SunoCallbacks } from '../suno-callbacks.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** A variable of the environment. An empty one is an unset one, as everywhere in this library. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name]
  return value?.trim() === '' ? undefined : value
}

/** Whether URLs can be signed. */
export function hasSecret(env: Environment): boolean {
  return variable(env, 'SUNO_CALLBACK_SECRET') !== undefined
}

/** An instance that signs by the secret of the environment; without one its URLs are not signed, and nothing is verified. */
export function instanceOf(env: Environment, baseUrl?: string): SunoCallbacks {
  const secret = variable(env, 'SUNO_CALLBACK_SECRET')
  const verification = secret === undefined ? { verify: false as const } : { secret }
  return new SunoCallbacks({
    ...verification,
    baseUrl: baseUrl ?? variable(env, 'SUNO_CALLBACK_BASE_URL'),
    logger: false,
  })
}
