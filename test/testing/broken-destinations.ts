import { createHash } from 'node:crypto'
import type { Destination, StoredFile } from '../../src/archive/index.js'

/** What destinations of one prefix share. */
export type Shelf = Map<string, Buffer>

/** A destination in memory that keeps the contract. */
export class SoundDestination implements Destination {
  constructor(protected readonly shelf: Shelf) {}

  has(key: string): Promise<StoredFile | null> {
    const bytes = this.shelf.get(key)
    return Promise.resolve(bytes === undefined ? null : this.describe(bytes))
  }

  async put(key: string, file: AsyncIterable<Uint8Array>): Promise<void> {
    this.shelf.set(key, Buffer.concat(await toList(file)))
  }

  protected describe(bytes: Buffer): StoredFile {
    return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  }
}

async function toList(file: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of file) chunks.push(chunk)
  return chunks
}

const AT_FIRST = 'has nothing at first'
const WHOLE = 'has what it was given, byte for byte'
const UNSEEN = 'shows nothing while the bytes come'
const REJECTS = 'has nothing of bytes that end in an error, and rejects'
const KEEPS = 'keeps what was there until another file is whole'
const AT_ONCE = 'keeps one of two files that come at once'
const MANY = 'stores many at once'
const APART = 'tells keys apart by each of their characters'
const PREFIX = 'does not see the files of another prefix'

type DestinationClass = new (shelf: Shelf) => SoundDestination

/** Destinations that are each broken in one way: the way, one title that must catch it, the destination. */
export const BROKEN_DESTINATIONS: readonly (readonly [fault: string, title: string, destination: DestinationClass])[] =
  [
    [
      'has everything',
      AT_FIRST,
      class extends SoundDestination {
        override async has(key: string) {
          return (await super.has(key)) ?? { bytes: 0, sha256: null }
        }
      },
    ],
    [
      'loses the last chunk',
      WHOLE,
      class extends SoundDestination {
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          this.shelf.set(key, Buffer.concat((await toList(file)).slice(0, -1)))
        }
      },
    ],
    [
      'stops reading at an empty chunk',
      WHOLE,
      class extends SoundDestination {
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          const chunks: Uint8Array[] = []
          for await (const chunk of file) {
            if (chunk.length === 0) break
            chunks.push(chunk)
          }
          this.shelf.set(key, Buffer.concat(chunks))
        }
      },
    ],
    [
      'tells a hash that is not that of the bytes',
      WHOLE,
      class extends SoundDestination {
        protected override describe(bytes: Buffer) {
          return { bytes: bytes.length, sha256: createHash('sha256').update('').update('x').digest('hex') }
        }
      },
    ],
    [
      'writes under the final name',
      UNSEEN,
      class extends SoundDestination {
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          const chunks: Uint8Array[] = []
          this.shelf.set(key, Buffer.alloc(0))
          for await (const chunk of file) this.shelf.set(key, Buffer.concat([...chunks, chunk]))
          this.shelf.set(key, Buffer.concat(chunks))
        }
      },
    ],
    [
      'keeps what came before an error',
      REJECTS,
      class extends SoundDestination {
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          const chunks: Uint8Array[] = []
          try {
            for await (const chunk of file) chunks.push(chunk)
          } finally {
            this.shelf.set(key, Buffer.concat(chunks))
          }
        }
      },
    ],
    [
      'says nothing of an error',
      REJECTS,
      class extends SoundDestination {
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          await super.put(key, file).catch(() => undefined)
        }
      },
    ],
    [
      'removes what is there before it has another',
      KEEPS,
      class extends SoundDestination {
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          this.shelf.delete(key)
          await super.put(key, file)
        }
      },
    ],
    [
      'takes a second file of a key for its removal',
      AT_ONCE,
      class extends SoundDestination {
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          const bytes = Buffer.concat(await toList(file))
          if (!this.shelf.delete(key)) this.shelf.set(key, bytes)
        }
      },
    ],
    [
      'never replaces',
      KEEPS,
      class extends SoundDestination {
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          const bytes = Buffer.concat(await toList(file))
          if (!this.shelf.has(key)) this.shelf.set(key, bytes)
        }
      },
    ],
    [
      'gathers the files of one key in one place',
      AT_ONCE,
      class extends SoundDestination {
        static readonly parts = new Map<string, Uint8Array[]>()
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          const chunks: Uint8Array[] = []
          const parts = (this.constructor as unknown as { parts: Map<string, Uint8Array[]> }).parts
          const place = parts.get(key) ?? chunks
          parts.set(key, place)
          try {
            for await (const chunk of file) place.push(chunk)
            this.shelf.set(key, Buffer.concat(place))
          } finally {
            parts.delete(key)
          }
        }
      },
    ],
    [
      'forgets all but eight files',
      MANY,
      class extends SoundDestination {
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          await super.put(key, file)
          for (const old of [...this.shelf.keys()].slice(0, -8)) this.shelf.delete(old)
        }
      },
    ],
    [
      'drops the extension',
      APART,
      class extends SoundDestination {
        override has(key: string) {
          return super.has(key.replace(/\.\w+$/, ''))
        }
        override put(key: string, file: AsyncIterable<Uint8Array>) {
          return super.put(key.replace(/\.\w+$/, ''), file)
        }
      },
    ],
    [
      'knows no folders',
      APART,
      class extends SoundDestination {
        override has(key: string) {
          return super.has(key.replaceAll('/', '-'))
        }
        override put(key: string, file: AsyncIterable<Uint8Array>) {
          return super.put(key.replaceAll('/', '-'), file)
        }
      },
    ],
    [
      'ignores its prefix',
      PREFIX,
      class extends SoundDestination {
        constructor() {
          super(SHARED)
          SHARED.clear()
        }
        override async put(key: string, file: AsyncIterable<Uint8Array>) {
          await super.put(key, file)
        }
      },
    ],
  ]

const SHARED: Shelf = new Map()
