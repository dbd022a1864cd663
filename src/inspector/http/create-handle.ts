import { poll, replay, TASK_GONE, trigger, TRIGGERS, type ActionContext } from '../actions.js'
import { PAGE } from '../document.js'
import type { InspectedReceiver, InspectorSettings } from '../inspector-options.js'
import type { Redact } from '../redact.js'
import { toDetails } from '../tasks/to-details.js'
import { toRow } from '../tasks/to-row.js'
import { VERSION } from '../version.js'
import { warningsOf } from '../warnings.js'
import type { About, TaskListAnswer } from '../wire.js'
import { refusalOf } from './access.js'
import {
  documentAnswer,
  errorAnswer,
  EVENT_STREAM_HEADERS,
  jsonAnswer,
  notAllowedAnswer,
  redirectAnswer,
} from './answers.js'
import type { EventStreams } from './event-streams.js'
import { header, type Handle, type PageAnswer, type PageRequest } from './page-request.js'
import { routeOf, type Action } from './route.js'

export interface HandleContext extends ActionContext {
  readonly suno: Pick<InspectedReceiver, 'callbackUrl' | 'handle' | 'keepsInMemory' | 'logger'>
  readonly settings: InspectorSettings
  readonly streams: EventStreams
  readonly redact: Redact
}

/** The way from a request to its answer: may it, what does it ask for, and what is that. */
export function createHandle(context: HandleContext): Handle {
  return async (request) => {
    try {
      const refusal = await refusalOf(request, context.settings)
      return refusal === null ? await answer(request, context) : errorAnswer(refusal.code, refusal.message)
    } catch (error) {
      context.suno.logger.error('The inspector failed to answer.', { error })
      return errorAnswer('INTERNAL', 'The inspector failed; the log of the app has the error.')
    }
  }
}

async function answer(request: PageRequest, context: HandleContext): Promise<PageAnswer> {
  const { method } = request
  const route = routeOf(request)
  const isRead = method === 'GET' || method === 'HEAD'
  switch (route.to) {
    case 'nothing':
      return errorAnswer('NOT_FOUND', 'There is nothing at this path.')
    case 'replay':
    case 'trigger':
    case 'poll':
      return method === 'POST' ? act(route.to, request, context) : notAllowedAnswer('POST')
    case 'events':
      return method === 'GET' ? openStream(request, context) : notAllowedAnswer('GET')
    case 'slash':
      return isRead ? redirectAnswer(route.location) : notAllowedAnswer('GET, HEAD')
    case 'document':
      return isRead ? documentAnswer(PAGE) : notAllowedAnswer('GET, HEAD')
    case 'tasks':
      return isRead ? jsonAnswer(toList(context)) : notAllowedAnswer('GET, HEAD')
    case 'task':
      return isRead ? toTask(route.id, context) : notAllowedAnswer('GET, HEAD')
  }
}

function toList({ book, recorder, redact, settings, suno }: HandleContext): TaskListAnswer {
  recorder.drain()
  const { readOnly, poller, archive, maxTasks } = settings
  const about: About = {
    version: VERSION,
    canReplay: !readOnly,
    canTrigger: !readOnly,
    canPoll: !readOnly && poller !== null,
    hasArchive: archive !== null,
    triggers: TRIGGERS,
    warnings: warningsOf(suno),
    maxTasks,
  }
  return { sequence: book.sequence, tasks: book.tasks.map((task) => toRow(task, redact)), about }
}

function toTask(id: string, { book, recorder, redact, settings }: HandleContext): PageAnswer {
  recorder.drain()
  const task = book.get(id)
  if (task === undefined) return errorAnswer(TASK_GONE.code, TASK_GONE.message)
  return jsonAnswer(toDetails(task, { redact, hasArchive: settings.archive !== null }))
}

function openStream({ headers, query }: PageRequest, { recorder, streams }: HandleContext): PageAnswer {
  recorder.drain()
  const since = header(headers, 'last-event-id') ?? new URLSearchParams(query).get('since')
  const body = streams.open(since)
  if (body === null) return errorAnswer('CLOSING', 'The app is closing.')
  return { status: 200, headers: EVENT_STREAM_HEADERS, body }
}

const ACTIONS = { replay, trigger, poll } satisfies Record<Action, unknown>

async function act(action: Action, request: PageRequest, context: HandleContext): Promise<PageAnswer> {
  const given = await request.readBody(MOST_BODY_BYTES).catch(() => undefined)
  const result = await ACTIONS[action](given, context)
  return 'code' in result ? errorAnswer(result.code, result.message) : jsonAnswer(safe(result, context.redact))
}

function safe<T extends { readonly message: string }>(result: T, redact: Redact): T {
  return { ...result, message: redact(result.message) }
}

const MOST_BODY_BYTES = 65_536
