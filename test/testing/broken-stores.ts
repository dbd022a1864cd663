import type { ClaimResult } from '../../src/index.js'
import { SoundStore, type StoreRow } from './sound-store.js'

const CASE_TITLE = 'tells apart keys that differ only in upper and lower case, or in a space at the end'
const LENGTH_TITLE = 'takes keys of 128 characters and of any length with ":", and tells them apart by each character'

type StoreClass = new (...args: ConstructorParameters<typeof SoundStore>) => SoundStore

/** Stores that are each broken in one way, as authors of stores have broken theirs: the way, one title that must catch it, the store. */
export const BROKEN_STORES: readonly (readonly [fault: string, title: string, store: StoreClass])[] = [
  [
    'releases what is completed',
    'leaves a completed key without a holder',
    class extends SoundStore {
      override release(key: string, token: string) {
        if (this.read(key)?.token !== token) return false
        this.delete(key)
        return true
      }
    },
  ],
  [
    'renews what is completed, which makes it held again',
    'does not renew what is completed',
    class extends SoundStore {
      override renew(key: string, token: string, leaseMs: number) {
        if (this.read(key)?.token !== token) return false
        this.write(key, { token, isDone: false, until: this.world.nowMs + leaseMs })
        return true
      }
    },
  ],
  [
    'says true to another attempt that completes what is completed',
    'leaves a completed key without a holder',
    class extends SoundStore {
      override complete(key: string, token: string, retainMs: number) {
        return this.read(key)?.isDone === true || super.complete(key, token, retainMs)
      }
    },
  ],
  [
    'lets another attempt shorten the retention',
    'does not let the retention end with the lease, or with what another attempt asks for',
    class extends SoundStore {
      override complete(key: string, token: string, retainMs: number) {
        const row = this.read(key)
        if (row?.isDone === true) this.write(key, { ...row, until: this.world.nowMs + retainMs })
        return super.complete(key, token, retainMs)
      }
    },
  ],
  [
    'completes for any token',
    'completes only for the token that has the key',
    class extends SoundStore {
      override complete(key: string, token: string, retainMs: number) {
        this.write(key, { token, isDone: true, until: this.world.nowMs + retainMs })
        return true
      }
    },
  ],
  [
    'says that it did not complete, and completes',
    'changes nothing for an attempt whose key was taken over',
    class extends SoundStore {
      override complete(key: string, token: string, retainMs: number) {
        const isMine = super.complete(key, token, retainMs)
        this.write(key, { token, isDone: true, until: this.world.nowMs + retainMs })
        return isMine
      }
    },
  ],
  [
    'gives back what any token holds',
    'releases only for the token that has the key, and then lends it at once',
    class extends SoundStore {
      override release(key: string) {
        const row = this.read(key)
        if (row === undefined || row.isDone) return false
        this.delete(key)
        return true
      }
    },
  ],
  [
    'says that it did not release, and releases',
    'changes nothing for an attempt whose key was taken over',
    class extends SoundStore {
      override release(key: string, token: string) {
        const isMine = super.release(key, token)
        if (this.read(key)?.isDone === false) this.delete(key)
        return isMine
      }
    },
  ],
  [
    'says that it released, and does not',
    'releases only for the token that has the key, and then lends it at once',
    class extends SoundStore {
      override delete() {
        // A mistake in the statement.
      }
    },
  ],
  [
    'renews for any token',
    'renews only for the token that has the key',
    class extends SoundStore {
      override renew(key: string, _token: string, leaseMs: number) {
        return super.renew(key, this.read(key)?.token ?? '', leaseMs)
      }
    },
  ],
  [
    'gives the key back to a token that lost it and renews',
    'changes nothing for an attempt whose key was taken over',
    class extends SoundStore {
      override renew(key: string, token: string, leaseMs: number) {
        const isMine = super.renew(key, token, leaseMs)
        const row = this.read(key)
        if (row?.isDone === false) this.write(key, { ...row, token })
        return isMine
      }
    },
  ],
  [
    'says that it renewed, and does not',
    'renews only for the token that has the key',
    class extends SoundStore {
      override renew(key: string, token: string) {
        const row = this.read(key)
        return row !== undefined && !row.isDone && row.token === token
      }
    },
  ],
  [
    'renews what was never claimed',
    'renews only for the token that has the key',
    class extends SoundStore {
      override renew(key: string, token: string, leaseMs: number) {
        return this.read(key) === undefined || super.renew(key, token, leaseMs)
      }
    },
  ],
  ...(
    [
      ['NaN', () => NaN],
      ['Infinity', () => Infinity],
      ['0', () => 0],
      ['a negative number', (leftMs) => -leftMs],
      ['seconds', (leftMs) => leftMs / 1000],
      ['a time of day', (leftMs) => Date.now() + leftMs],
      ['a constant', () => 100],
      ['a text', (leftMs) => String(leftMs)],
      ['nothing', () => undefined],
    ] as readonly (readonly [string, (leftMs: number) => unknown])[]
  ).map(
    ([name, toWrong]) =>
      [
        `says ${name} for what is left of a lease`,
        "tells others what is left of the holder's lease",
        class extends SoundStore {
          override held(row: StoreRow): ClaimResult {
            return { status: 'in-flight', retryAfterMs: toWrong(this.leftMs(row)) as number }
          }
        },
      ] as const,
  ),
  [
    'answers nothing to whom it does not lend the key',
    "tells others what is left of the holder's lease",
    class extends SoundStore {
      override held(): ClaimResult {
        return undefined as unknown as ClaimResult
      }
    },
  ],
  [
    'keeps a lapsed key for its holder',
    'keeps a key for its holder until the lease is over, and no longer',
    class extends SoundStore {
      override leftMs(row: StoreRow): number {
        return row.isDone ? super.leftMs(row) : Math.max(1, super.leftMs(row))
      }
    },
  ],
  [
    'lets a lease lapse too early',
    'keeps a key for its holder until the lease is over, and no longer',
    class extends SoundStore {
      override claim(key: string, token: string, leaseMs: number) {
        return super.claim(key, token, leaseMs - 300)
      }
    },
  ],
  [
    'does not know its own token again',
    'lends a key to the same token again, and extends its lease by that',
    class extends SoundStore {
      override claim(key: string, token: string, leaseMs: number) {
        const row = this.read(key)
        return row?.isDone === false && this.leftMs(row) > 0 ? this.held(row) : super.claim(key, token, leaseMs)
      }
    },
  ],
  [
    'does not extend the lease of a token that claims again',
    'lends a key to the same token again near the end of its lease',
    class extends SoundStore {
      override claim(key: string, token: string, leaseMs: number): ClaimResult | Promise<ClaimResult> {
        const isMine = this.read(key)?.isDone === false && this.read(key)?.token === token
        return isMine ? { status: 'claimed' } : super.claim(key, token, leaseMs)
      }
    },
  ],
  [
    'waits between reading and writing',
    'has one winner among 20 parallel claims, and takes it alone for the holder',
    class extends SoundStore {
      override async claim(key: string, token: string, leaseMs: number): Promise<ClaimResult> {
        const row = this.read(key)
        await Promise.resolve()
        if (row?.isDone === true) return { status: 'done' }
        if (row !== undefined && row.token !== token && this.leftMs(row) > 0) return this.held(row)
        this.write(key, { token, isDone: false, until: this.world.nowMs + leaseMs })
        return { status: 'claimed' }
      }
    },
  ],
  [
    'takes a lapsed key over in two steps',
    'has one winner among 200 parallel takeovers of a lapsed lease',
    class extends SoundStore {
      override async claim(key: string, token: string, leaseMs: number): Promise<ClaimResult> {
        const row = this.read(key)
        if (row !== undefined && !row.isDone && this.leftMs(row) <= 0) {
          await Promise.resolve()
          this.delete(key)
        }
        return super.claim(key, token, leaseMs)
      }
    },
  ],
  [
    'notes the last token that asked, also one that it turned away',
    'has one winner among 20 parallel claims, and takes it alone for the holder',
    class extends SoundStore {
      override async claim(key: string, token: string, leaseMs: number) {
        const result = await super.claim(key, token, leaseMs)
        const row = this.read(key)
        if (result.status === 'in-flight' && row !== undefined) this.write(key, { ...row, token })
        return result
      }
    },
  ],
  [
    'cannot complete once the lease has lapsed',
    'completes a key whose lease lapsed and that nobody took',
    class extends SoundStore {
      override complete(key: string, token: string, retainMs: number) {
        const row = this.read(key)
        return row !== undefined && this.leftMs(row) > 0 && super.complete(key, token, retainMs)
      }
    },
  ],
  [
    'forgets what is done when the lease would have lapsed',
    'does not let the retention end with the lease, or with what another attempt asks for',
    class extends SoundStore {
      override complete(key: string, token: string, retainMs: number) {
        const row = this.read(key)
        if (row === undefined || row.isDone) return super.complete(key, token, retainMs)
        return super.complete(key, token, this.leftMs(row))
      }
    },
  ],
  [
    'never forgets what is done',
    'forgets a completed key after its retention, and not before',
    class extends SoundStore {
      override complete(key: string, token: string) {
        return super.complete(key, token, Infinity)
      }
    },
  ],
  [
    'says that it completed, and only gives the key back',
    'remembers a completed key as done',
    class extends SoundStore {
      override complete(key: string, token: string) {
        return super.release(key, token)
      }
    },
  ],
  [
    'lends a completed key to the token that completed it',
    'remembers a completed key as done',
    class extends SoundStore {
      override claim(key: string, token: string, leaseMs: number): ClaimResult | Promise<ClaimResult> {
        const row = this.read(key)
        return row?.isDone === true && row.token === token ? { status: 'claimed' } : super.claim(key, token, leaseMs)
      }
    },
  ],
  [
    'claims to find out whether a key is done',
    'says whether a key is done, and never claims by that',
    class extends SoundStore {
      override async isDone(key: string) {
        return (await this.claim(key, 'isDone', 45_000)).status === 'done'
      }
    },
  ],
  [
    'calls done whatever is known',
    'says whether a key is done, and never claims by that',
    class extends SoundStore {
      override isDone(key: string) {
        return this.read(key) !== undefined
      }
    },
  ],
  [
    'calls done what it should have forgotten',
    'forgets a completed key after its retention, and not before',
    class extends SoundStore {
      override isDone(key: string) {
        return this.world.rows.get(this.toId(key))?.isDone === true
      }
    },
  ],
  ...(
    [
      ['in lower case', CASE_TITLE, (key) => key.toLowerCase()],
      ['without spaces at their end', CASE_TITLE, (key) => key.trimEnd()],
      ['cut at 100 characters', LENGTH_TITLE, (key) => key.slice(0, 100)],
      ['by their last 100 characters', LENGTH_TITLE, (key) => key.slice(-100)],
      ['by their first two parts', LENGTH_TITLE, (key) => key.split(':', 2).join(':')],
      ['by their last part', LENGTH_TITLE, (key) => key.slice(key.lastIndexOf(':') + 1)],
      ['without what is no ASCII', 'takes any key', (key) => key.replace(/[^ -~]/gu, '')],
      ['all as one', 'keeps apart many keys at once', () => 'key'],
    ] as readonly (readonly [string, string, (key: string) => string])[]
  ).map(
    ([name, title, toWrong]) =>
      [
        `keeps keys ${name}`,
        title,
        class extends SoundStore {
          override toId(key: string) {
            return super.toId(toWrong(key))
          }
        },
      ] as const,
  ),
  [
    'shares its keys with other prefixes',
    'does not see the keys of another prefix',
    class extends SoundStore {
      override toId(key: string) {
        return key
      }
    },
  ],
]
