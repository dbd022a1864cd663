import type { Source } from './types.js'

export function isSource(value: unknown): value is Source {
  return value === 'callback' || value === 'record' || value === 'replay'
}
