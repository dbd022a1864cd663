import type { AsyncStore } from 'suno-callbacks'
import { now, type CallRecord, type RecordWriter } from './records.js'

export interface RecordingStore extends AsyncStore {
  /** Of the attempt that claimed the key last in this process. */
  tokenOf(key: string): string
}

/** Passes every call on, and writes down what came of it before the caller hears it; of what ends a claim, also that it begins. */
export function recordingStore(inner: AsyncStore, { write }: RecordWriter): RecordingStore {
  const tokens = new Map<string, string>()

  const record = async <T>(
    about: Pick<CallRecord, 'call' | 'key' | 'token'>,
    pass: () => Promise<T>,
    toResult: (answer: T) => CallRecord['result'],
  ): Promise<T> => {
    const startedAt = now()
    const put = (result: CallRecord['result']) =>
      write('calls', { ...about, pid: process.pid, result, startedAt, at: now() })
    if (about.call === 'complete' || about.call === 'release') put('begun')
    try {
      const answer = await pass()
      put(toResult(answer))
      return answer
    } catch (error) {
      put('rejected')
      throw error
    }
  }
  const itself = (answer: boolean) => answer

  return {
    tokenOf: (key) => tokens.get(key) ?? '',
    claim: (key, token, leaseMs) =>
      record(
        { call: 'claim', key, token },
        () => inner.claim(key, token, leaseMs),
        ({ status }) => {
          if (status === 'claimed') tokens.set(key, token)
          return status
        },
      ),
    complete: (key, token, retainMs) =>
      record({ call: 'complete', key, token }, () => inner.complete(key, token, retainMs), itself),
    release: (key, token) => record({ call: 'release', key, token }, () => inner.release(key, token), itself),
    renew: (key, token, leaseMs) =>
      record({ call: 'renew', key, token }, () => inner.renew(key, token, leaseMs), itself),
    isDone: (key) => record({ call: 'isDone', key, token: null }, () => inner.isDone(key), itself),
  }
}
