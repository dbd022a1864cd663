import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import * as z from 'zod/mini'
import { option, optionsReader, type Option } from '../errors/read-options.js'
import type { Destination, StoredFile } from './destination.js'
import { checkKey } from './key.js'
import { sweepFolders } from './sweep-folders.js'

/** What is used of an `S3Client` of `@aws-sdk/client-s3`. */
export interface S3Sender {
  send(command: never): Promise<unknown>
}

export interface S3Options {
  /** `new S3Client(…)`. Other stores that speak S3, such as R2 and MinIO, are its option `endpoint`. */
  readonly client: S3Sender
  readonly bucket: string
  /** Stands before every key, such as `songs/`. Nothing by default. */
  readonly prefix?: string | undefined
}

/**
 * A bucket as the destination of an archive. A file is gathered in the machine's temporary folder, so that nothing is sent before all of it
 * is there; then it is sent whole, with its length and its SHA-256, which the store checks. The client needs `s3:PutObject`, `s3:GetObject`
 * and `s3:ListBucket`; without the last, S3 answers 403 for what is not there. What a killed process has left in the
 * temporary folder is removed when an hour has not touched it, once, at the first file.
 *
 * @throws ConfigurationError `CLIENT_INVALID`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function s3(options: S3Options): Destination {
  const { client, bucket, prefix } = readOptions(options)
  const send = <Output>(command: object) => client.send(command as never) as Promise<Output>
  const objectOf = (key: string) => ({ Bucket: bucket, Key: prefix + key })
  let isSwept = false

  return {
    async has(key) {
      checkKey(key, 'has(key)')
      try {
        const { HeadObjectCommand } = await loadCommands()
        return toStored(await send<HeadObjectCommandOutput>(new HeadObjectCommand(objectOf(key))))
      } catch (error) {
        if (statusOf(error) === 404) return null
        throw error
      }
    },

    async put(key, file, { contentType }) {
      checkKey(key, 'put(key, file, info)')
      const folder = await mkdtemp(join(tmpdir(), PREFIX))
      if (!isSwept) {
        isSwept = true
        void sweepFolders(PREFIX)
      }
      try {
        const path = join(folder, randomBytes(6).toString('hex'))
        const { bytes, sha256 } = await gather(file, path)
        const object = {
          ...objectOf(key),
          ContentType: contentType,
          ContentLength: bytes,
          ChecksumSHA256: sha256.toString('base64'),
          Metadata: { sha256: sha256.toString('hex') },
        }
        const { PutObjectCommand } = await loadCommands()
        await retried(() => withStream(path, (Body) => send(new PutObjectCommand({ ...object, Body }))))
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

const PREFIX = 'suno-callbacks-s3-'

/** With the first file: whoever imports this entry need not have the client yet. */
function loadCommands() {
  return import('@aws-sdk/client-s3')
}

async function gather(file: AsyncIterable<Uint8Array>, path: string) {
  const hash = createHash('sha256')
  let bytes = 0
  const measured = async function* () {
    for await (const chunk of file) {
      hash.update(chunk)
      bytes += chunk.byteLength
      yield chunk
    }
  }
  await pipeline(measured, createWriteStream(path, { flags: 'wx' }))
  return { bytes, sha256: hash.digest() }
}

/** A client that fails before it reads leaves its body open, and does not hear what goes wrong with it. */
async function withStream<T>(path: string, use: (stream: ReadStream) => Promise<T>): Promise<T> {
  const stream = createReadStream(path)
  const closed = new Promise<void>((resolve) => stream.on('close', resolve))
  stream.on('error', () => undefined)
  try {
    return await use(stream)
  } finally {
    stream.destroy()
    // Windows removes no file that is open.
    await closed
  }
}

/** The client never sends a stream twice by itself. */
async function retried<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await send()
    } catch (error) {
      const status = statusOf(error)
      const isRefused = status !== undefined && status < 500 && status !== 429
      if (isRefused || tries === 3) throw error
      await wait(200 * tries)
    }
  }
}

function toStored({ ContentLength = 0, Metadata = {} }: HeadObjectCommandOutput): StoredFile {
  return { bytes: ContentLength, sha256: Metadata.sha256 ?? null }
}

/** What the store answered; undefined when it did not. */
function statusOf(error: unknown): number | undefined {
  return (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode
}

const readOptions = optionsReader(
  { call: 's3(options)', example: '{ client: new S3Client({}), bucket: "songs" }' },
  () =>
    ({
      client: option(
        z.custom<S3Sender>((client) => typeof (client as Partial<S3Sender> | null | undefined)?.send === 'function'),
        'CLIENT_INVALID',
        's3(options): client must be an S3Client of @aws-sdk/client-s3.',
      ),
      bucket: option(
        z.string().check(z.minLength(1)),
        'OPTION_INVALID',
        's3(options): bucket must be the name of a bucket.',
      ),
      prefix: option(
        z._default(z.string(), ''),
        'OPTION_INVALID',
        's3(options): prefix must be a string, such as "songs/".',
      ),
    }) satisfies Record<keyof S3Options, Option>,
)
