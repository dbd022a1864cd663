import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { Case, Difference } from '../case.js'
import { chunk, head, LAST_CHUNK, whole, type RequestParts } from '../request.js'
import { CALLBACK } from './bodies.js'

const RECEIVED = '200 received'
const NOT_JSON = '415 not-json'

/** As `content-type`; a list is several headers. */
const types: readonly (readonly [title: string, type: string | readonly string[] | undefined, expected: string])[] = [
  ['application/json in capitals', 'APPLICATION/JSON', RECEIVED],
  ['application/json with a charset', 'application/json; charset=utf-8', RECEIVED],
  ['application/json with parameters', 'application/json;charset=UTF-8;a=b', RECEIVED],
  ['none', undefined, NOT_JSON],
  ['empty', '', NOT_JSON],
  ['text/plain', 'text/plain', NOT_JSON],
  ['a form', 'application/x-www-form-urlencoded', NOT_JSON],
  ['a type that only begins like JSON', 'application/jsonp', NOT_JSON],
  ['a relative of JSON', 'application/vnd.api+json', NOT_JSON],
  ['two in one header', 'application/json, text/plain', NOT_JSON],
  // node:http keeps the first.
  ['two headers, JSON first', ['application/json', 'text/plain'], RECEIVED],
  ['two headers, JSON last', ['text/plain', 'application/json'], NOT_JSON],
]

const UNREADABLE_TYPE: Difference = {
  adapters: ['Fastify 5'],
  expected: '415 (app)',
  because: 'it refuses a content type that it cannot read',
}

export const contentTypes: readonly Case[] = types.map(([title, type, expected]) => ({
  title,
  does: [whole(CALLBACK, { headers: { 'content-type': type } })],
  expected,
  unlike: [
    ...(Array.isArray(type) && expected === RECEIVED
      ? [{ adapters: ['fetch' as const], expected: NOT_JSON, because: 'web-standard headers join what comes twice' }]
      : []),
    ...(title === 'empty' || title === 'two in one header' ? [UNREADABLE_TYPE] : []),
  ],
}))

export const COMPRESSED = {
  gzip: gzipSync(CALLBACK),
  deflate: deflateSync(CALLBACK),
  br: brotliCompressSync(CALLBACK),
}

export const encodings: readonly Case[] = [
  ...Object.entries(COMPRESSED).map(([encoding, body]) => ({
    title: encoding,
    does: [whole(body, { headers: { 'content-encoding': encoding } })],
    expected: NOT_JSON,
  })),
  {
    title: 'identity, gzip',
    does: [whole(COMPRESSED.gzip, { headers: { 'content-encoding': 'identity, gzip' } })],
    expected: NOT_JSON,
  },
  {
    title: 'gzip, of unknown length and large',
    does: [head({ headers: { 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' } }), chunk('x')],
    expected: `${NOT_JSON}, closed`,
  },
  {
    title: 'Identity',
    does: [whole(CALLBACK, { headers: { 'content-encoding': 'Identity' } })],
    expected: RECEIVED,
  },
  {
    title: 'gzip as a transfer encoding',
    does: [
      head({ headers: { 'transfer-encoding': 'gzip, chunked' } }),
      `${COMPRESSED.gzip.length.toString(16)}\r\n`,
      COMPRESSED.gzip,
      `\r\n${LAST_CHUNK}`,
    ],
    expected: '400 malformed',
  },
]

/** Ways to say how long a body is that contradict themselves. node:http refuses them, and closes. */
const contradictions: Readonly<Record<string, RequestParts['headers']>> = {
  'content-length twice': { 'content-length': ['2', '2'] },
  'two content-lengths that differ': { 'content-length': ['2', '3'] },
  'a content-length that is no number': { 'content-length': '0x2' },
  'a content-length below 0': { 'content-length': '-2' },
  'content-length and transfer-encoding': { 'content-length': '2', 'transfer-encoding': 'chunked' },
  'transfer-encoding twice': { 'transfer-encoding': ['chunked', 'chunked'] },
  'a transfer-encoding that does not end in chunked': { 'transfer-encoding': 'chunked, gzip' },
}

export const framings: readonly Case[] = Object.entries(contradictions).map(([title, headers]) => ({
  title,
  does: [`${head({ headers })}{}`],
  expected: '400 (node), closed',
}))
