import { DeliveryError } from '../errors/errors.js'
import type { Delivery } from './delivery.js'

/**
 * The delivery, with its query as text; or what to pass instead. A mistake here is that of the app, and is not to be taken for the sender's.
 * The usual delivery is answered as it is. Its headers are not touched.
 */
export function checkDelivery(given: unknown): Delivery | DeliveryError {
  if (typeof given !== 'object' || given === null) {
    return fault(`receive(delivery) got ${nameOf(given)}. Pass an object: receive({ body, kind, query, headers }).`)
  }
  const delivery = given as Delivery
  const query = toText(delivery.query)
  if (query === null) return fault(`The query of the delivery is ${nameOf(delivery.query)}, not text. ${QUERY_REMEDY}`)
  return query === delivery.query ? delivery : copyOf(delivery, { query })
}

/** The delivery, with its headers as an object; or what to pass instead. */
export function checkHeaders(delivery: Delivery): Delivery | DeliveryError {
  const given = delivery.headers
  const headers = toRecord(given)
  if (headers === null) {
    return fault(`The headers of the delivery are ${nameOf(given)}, not their values by name. ${HEADERS_REMEDY}`)
  }
  return headers === given ? delivery : copyOf(delivery, { headers })
}

/** The same with another member. By name: of what a class has made, such as a request, a spread copies nothing. */
function copyOf({ body, kind, query, headers, waitUntil }: Delivery, other: Partial<Delivery>): Delivery {
  return { body, kind, query, headers, waitUntil, ...other }
}

const QUERY_REMEDY = 'Pass what follows the question mark: new URL(request.url, "http://localhost").search.'

const HEADERS_REMEDY =
  'Pass those of node:http as they are, Object.fromEntries(request.headers) of a web request, or leave them out.'

function fault(message: string): DeliveryError {
  return new DeliveryError('DELIVERY_INVALID', message)
}

/** Null for what is no query. */
function toText(query: unknown): string | undefined | null {
  if (query === undefined || typeof query === 'string') return query
  if (query === null) return undefined
  return query instanceof URLSearchParams ? String(query) : null
}

/** Null for what are no headers. Those of the web, and a list of pairs, are taken for the object that they make. */
function toRecord(headers: unknown): Delivery['headers'] | null {
  if (headers === undefined) return undefined
  if (typeof headers !== 'object' || headers === null) return null
  const { [Symbol.iterator]: iterator } = headers as Partial<Iterable<unknown>>
  if (iterator === undefined) return headers as Delivery['headers']
  const pairs = [...(headers as Iterable<unknown>)]
  return pairs.every(isPair) ? Object.fromEntries(pairs) : null
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}

function nameOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
