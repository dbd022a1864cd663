import { useEffect, useRef, useState } from 'preact/hooks'
import type { Trigger } from '../../wire.js'
import { trigger } from '../model/requests.js'
import { useAction } from './use-action.js'

interface TriggerDialogProps {
  readonly triggers: readonly Trigger[]
  /** The task that is open: a sample can add a stage to it. */
  readonly openTaskId: string | null
  readonly onClose: () => void
  readonly onOpen: (id: string) => void
}

/** Sends a sample of a callback through the app, for which no provider and no credits are needed. */
export function TriggerDialog({ triggers, openTaskId, onClose, onOpen }: TriggerDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [chosen, setChosen] = useState(() =>
    Math.max(
      0,
      triggers.findIndex(({ type }) => type === 'music:complete'),
    ),
  )
  const [isOfOpenTask, setOfOpenTask] = useState(false)
  const [isBusy, run] = useAction()
  useEffect(() => dialog.current?.showModal(), [])

  async function send(): Promise<void> {
    const sample = triggers[chosen]
    if (sample === undefined) return
    const task = isOfOpenTask && openTaskId !== null ? { taskId: openTaskId } : {}
    const answer = await run(() => trigger({ ...sample, ...task }))
    if (answer === null) return
    onClose()
    if (answer.id !== null) onOpen(answer.id)
  }

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="trigger-title" onClose={onClose}>
      <h2 id="trigger-title">Trigger a sample</h2>
      <p class="faint">Sends the callback that the provider documents to the listeners of this app.</p>
      <label>
        Event
        <select value={String(chosen)} onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}>
          {triggers.map((each, index) => (
            <option key={index} value={String(index)}>
              {nameOf(each)}
            </option>
          ))}
        </select>
      </label>
      {openTaskId !== null && (
        <label class="check">
          <input
            type="checkbox"
            checked={isOfOpenTask}
            onChange={({ currentTarget }) => setOfOpenTask(currentTarget.checked)}
          />
          Of the opened task, instead of a new one
        </label>
      )}
      <div class="buttons">
        <button class="primary" disabled={isBusy} onClick={() => void send()}>
          {isBusy ? 'Sending …' : 'Send'}
        </button>
        <button onClick={() => dialog.current?.close()}>Cancel</button>
      </div>
    </dialog>
  )
}

function nameOf({ type, kind }: Trigger): string {
  return type === 'error' && kind !== null ? `error of ${kind}` : type
}
