import { useState } from 'preact/hooks'
import type { ActionAnswer } from '../../wire.js'
import { sentenceOf } from '../model/requests.js'
import { useNotify } from './notices.js'

const FAILED: readonly (string | null)[] = ['failed', 'rejected', 'deadline', 'unavailable']

/**
 * Something that the server is asked to do: what it answers becomes a notice.
 * @returns whether it is under way, and what begins it, which answers null where it failed
 */
export function useAction(): [boolean, (ask: () => Promise<ActionAnswer>) => Promise<ActionAnswer | null>] {
  const [isBusy, setBusy] = useState(false)
  const notify = useNotify()
  async function run(ask: () => Promise<ActionAnswer>): Promise<ActionAnswer | null> {
    setBusy(true)
    try {
      const answer = await ask()
      notify({ text: answer.message, tone: FAILED.includes(answer.outcome) ? 'bad' : 'good' })
      return answer
    } catch (error) {
      notify({ text: sentenceOf(error), tone: 'bad' })
      return null
    } finally {
      setBusy(false)
    }
  }
  return [isBusy, run]
}
