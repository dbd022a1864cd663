import { expectTypeOf, test } from 'vitest'
import { SunoCallbacks, type EventType, type RawBody, type UnknownEvent } from '../../src/index.js'

const suno = new SunoCallbacks({ verify: false })

test('the raw body of an event stays unknown, and can be taken for what the page says', () => {
  suno.on('video:complete', (event) => {
    expectTypeOf(event.raw).toEqualTypeOf<unknown>()
    const body = event.raw as RawBody<'video:complete'>
    expectTypeOf(body).toEqualTypeOf<{ code: 200; msg: string; data: { task_id: string; video_url: string } }>()
    // @ts-expect-error -- the page of the video has no tracks
    expectTypeOf(body.data.tracks).toBeAny()
  })
})

test('what the pages do not promise may be missing, and what the providers spell differently is there in both spellings', () => {
  type Item = NonNullable<RawBody<'lyrics:complete'>['data']['data']>[number]
  expectTypeOf<Item['status']>().toEqualTypeOf<string>()
  expectTypeOf<Item['errorMessage']>().toEqualTypeOf<string | null | undefined>()
  expectTypeOf<Item['error_message']>().toEqualTypeOf<string | null | undefined>()
  expectTypeOf<RawBody<'music:complete'>['data']['callbackType']>().toEqualTypeOf<'complete'>()
  expectTypeOf<RawBody<'music:complete'>['data']['data'][number]['createTime']>().toEqualTypeOf<
    string | number | null | undefined
  >()
  expectTypeOf<RawBody<'recovery:complete'>['data'][number]['audio_url']>().toEqualTypeOf<string | null | undefined>()
})

test('every event has its raw body, and every kind that of its failure', () => {
  type Bodies = { [Type in Exclude<EventType, 'unknown'>]: RawBody<Type> }
  expectTypeOf<{ [Type in keyof Bodies]: Bodies[Type]['msg'] }>().toEqualTypeOf<Record<keyof Bodies, string>>()
  expectTypeOf<RawBody<'error', 'voice'>['data']['voiceId']>().toEqualTypeOf<string | null | undefined>()
  expectTypeOf<RawBody<'error', 'midi'>['data']>().toEqualTypeOf<
    { taskId?: string | null | undefined } | null | undefined
  >()
  expectTypeOf<RawBody<'error'>>().toExtend<{ code: number; msg: string }>()
  // @ts-expect-error -- an unknown body has no documented shape
  expectTypeOf<RawBody<'unknown'>>().toBeAny()
})

test('an unknown event says what was expected', () => {
  expectTypeOf<UnknownEvent['issues']>().toEqualTypeOf<readonly string[]>()
})
