import type {
  ActionAnswer,
  ErrorAnswer,
  PollRequest,
  ReplayRequest,
  TaskDetails,
  TaskListAnswer,
  TriggerRequest,
} from '../../wire.js'

/** All addresses are relative to the page, so that it works under every mount, also behind proxies that strip a prefix. */

export function loadTasks(): Promise<TaskListAnswer> {
  return request<TaskListAnswer>('tasks')
}

export function loadDetails(id: string, signal: AbortSignal): Promise<TaskDetails> {
  return request<TaskDetails>(`tasks/${encodeURIComponent(id)}`, { signal })
}

export function replay(body: ReplayRequest): Promise<ActionAnswer> {
  return post('replay', body)
}

export function trigger(body: TriggerRequest): Promise<ActionAnswer> {
  return post('trigger', body)
}

export function poll(body: PollRequest): Promise<ActionAnswer> {
  return post('poll', body)
}

/** What the server refused: its own sentence. */
class RequestError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

function post(path: string, body: object): Promise<ActionAnswer> {
  const headers = { 'content-type': 'application/json', 'x-suno-inspector': '1' }
  return request<ActionAnswer>(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** @throws RequestError; whatever `fetch` throws, where nothing answered */
async function request<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(path, init)
  if (response.ok) return (await response.json()) as Answer
  const answer = (await response.json().catch(() => null)) as ErrorAnswer | null
  const { code, message } = answer?.error ?? {
    code: 'INTERNAL',
    message: `The server answered ${String(response.status)}.`,
  }
  throw new RequestError(code, message)
}

/** What failed, as a sentence for the reader. */
export function sentenceOf(error: unknown): string {
  return error instanceof RequestError ? error.message : 'The app does not answer. Is it running?'
}
