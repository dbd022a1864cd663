import { randomUUID } from 'node:crypto'
import { ConfigurationError } from '../errors/errors.js'
import { refuseUnknownOptions } from '../errors/refuse-unknown-options.js'
import { isBlank, isObject, snakeCase } from '../events/envelope.js'
import type { EventType } from '../events/types.js'
import { earlyTracks, type Body, type SampleInput } from './samples.js'

/**
 * Lays overrides over the body of a sample, each at its documented place and in the body's own spelling. Changes the body.
 *
 * @param call begins the message of an error
 * @throws ConfigurationError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function overrideBody(type: EventType, body: Body, overrides: unknown, input: SampleInput, call: string): void {
  if (!isObject(overrides)) throw invalid(`${call}: overrides must be an object.`)
  const writers = WRITERS[type]
  refuseUnknownOptions(overrides, Object.keys(writers), call)
  for (const [name, write] of Object.entries(writers)) {
    const value = overrides[name]
    if (value !== undefined) write(body, value, { call: `${call}, ${name}`, input })
  }
}

/** The names of what a sample of this event can be told to say. */
export function overrideNamesOf(type: EventType): readonly string[] {
  return Object.keys(WRITERS[type])
}

interface Context {
  readonly call: string
  readonly input: SampleInput
}

type Writer = (body: Body, value: unknown, context: Context) => void

/** Every sample has one, but failures of which nothing is left. */
function dataOf(body: Body): Body {
  return isObject(body.data) ? body.data : body
}

const message: Writer = (body, value) => {
  body.msg = value
  const data = dataOf(body)
  if (!isBlank(data.errorMessage)) data.errorMessage = value
}

const inData =
  (name: string): Writer =>
  (body, value) =>
    write(dataOf(body), name, value)

const TRACK_FIELDS = [
  ...['id', 'audioUrl', 'streamAudioUrl', 'sourceAudioUrl', 'sourceStreamAudioUrl', 'imageUrl', 'sourceImageUrl'],
  ...['prompt', 'modelName', 'title', 'tags', 'createdAt', 'duration'],
]

const music = {
  message,
  tracks: (body: Body, value: unknown, context: Context) => {
    const data = dataOf(body)
    const own = data.data as Body[]
    data.data = laidOver(own.length > 0 ? own : earlyTracks(context.input), value, TRACK_FIELDS, context)
  },
}

/** Of each event, in the order in which they are laid over. */
const WRITERS: Readonly<Record<EventType, Readonly<Record<string, Writer>>>> = {
  'music:text': music,
  'music:first': music,
  'music:complete': music,

  'lyrics:complete': {
    message,
    lyrics: (body, value, context) => {
      const data = dataOf(body)
      data.data = laidOver(data.data as Body[], value, ['title', 'text'], context)
    },
    failures: (body, value, context) => {
      const data = dataOf(body)
      const [own = {}, ...others] = data.data as Body[]
      const failed = { ...own, text: '', status: 'failed' }
      write(failed, 'errorMessage', 'Song Description flagged for moderation')
      data.data = [own, ...others, ...laidOver([failed], value, ['title', 'errorMessage'], context)]
    },
  },

  'video:complete': { message, videoUrl: inData('videoUrl') },
  'voice:ready': { message, voiceId: inData('voiceId') },
  'phrase:ready': { message, phrase: inData('validateInfo') },
  'wav:complete': { message, audioWavUrl: inData('audioWavUrl') },

  'stems:complete': {
    message,
    stems: (body, value, { call }) => {
      if (!isObject(value)) throw invalid(`${call} must be an object.`)
      refuseUnknownOptions(value, STEMS, call)
      for (const [name, url] of Object.entries(value)) write(stemsOf(body), name, url)
    },
    originUrl: (body, value) => write(stemsOf(body), 'originUrl', value),
    originData: (body, value) => write(stemsOf(body), 'originData', inSnakeCase(value)),
  },

  'midi:complete': { message, instruments: inData('instruments') },
  'cover:complete': { message, images: inData('images') },

  'recovery:complete': {
    message,
    recovered: (body, value, context) => {
      body.data = laidOver(body.data as Body[], value, ['id', 'title', 'audioUrl'], context)
    },
    failures: (body, value, context) => {
      const own = body.data as Body[]
      const failed = { ...own[0], id: randomUUID(), audio_url: '', status: 'failed', error: 'clip_not_complete' }
      body.data = [...own, ...laidOver([failed], value, ['id', 'title', 'error'], context)]
    },
  },

  error: {
    message,
    code: (body, value) => (body.code = value),
    reason: (body, value, { call }) => {
      const code = CODES.get(value)
      if (code === undefined) throw invalid(`${call} must be one of: ${[...CODES.keys()].join(', ')}.`)
      body.code = code
    },
    errorCode: inData('errorCode'),
  },

  unknown: {
    message,
    code: (body, value) => (body.code = value),
    data: (body, value) => Object.assign(dataOf(body), value),
  },
}

const STEMS = [
  ...['vocalUrl', 'instrumentalUrl', 'backingVocalsUrl', 'drumsUrl', 'bassUrl', 'guitarUrl', 'keyboardUrl', 'pianoUrl'],
  ...['percussionUrl', 'stringsUrl', 'synthUrl', 'fxUrl', 'brassUrl', 'woodwindsUrl'],
]

/** The documented code of each reason that has one. */
const CODES: ReadonlyMap<unknown, number> = new Map([
  ['refused', 400],
  ['timeout', 408],
  ['conflict', 413],
  ['source', 451],
  ['server', 500],
  ['generation', 501],
  ['refunded', 531],
])

function stemsOf(body: Body): Body {
  const { vocal_removal_info, vocal_separation_info } = dataOf(body)
  return (vocal_removal_info ?? vocal_separation_info) as Body
}

/** As many items as are given, each over the sample's own at its place; beyond them over the first again, with an id of its own. */
function laidOver(own: readonly Body[], given: unknown, names: readonly string[], { call }: Context): readonly Body[] {
  if (!Array.isArray(given) || !given.every(isObject)) throw invalid(`${call} must be a list of objects.`)
  return given.map((fields, index) => {
    refuseUnknownOptions(fields, names, call)
    const item: Body = { ...own[index % own.length] }
    if (index >= own.length && 'id' in item) item.id = randomUUID()
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) writeField(item, name, value)
    return item
  })
}

/** Tags are one text at the providers, and times are epoch milliseconds. */
function writeField(item: Body, name: string, value: unknown): void {
  if (name === 'createdAt') write(item, 'createTime', value instanceof Date ? value.getTime() : value)
  else write(item, name, name === 'tags' && Array.isArray(value) ? value.join(', ') : value)
}

/** Under the spelling that the object has; a field that it lacks, under that of its others. */
function write(target: Body, name: string, value: unknown): void {
  const names = Object.keys(target)
  const isCamel = names.includes(name) || !names.some((other) => other.includes('_'))
  target[isCamel ? name : snakeCase(name)] = value
}

function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [snakeCase(name), inSnakeCase(child)]))
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', message)
}
