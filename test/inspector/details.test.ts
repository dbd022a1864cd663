import { execFileSync } from 'node:child_process'
import { describe, expect, test, vi } from 'vitest'
import { KINDS, kinds } from '../../src/events/kinds/index.js'
import type { EventType, SunoEvent } from '../../src/index.js'
import type { ArchiveEvents } from '../../src/archive/index.js'
import { sample } from '../../src/testing/index.js'
import { silent, startPage } from './apps.js'
import { eventually } from './client.js'

const SECRET = 'a secret of the tests'

async function started(given = {}, options = {}) {
  const page = await startPage(options, given)
  page.suno.on('*', () => undefined)
  return {
    ...page,
    handle: (type: EventType, taskId: string, options = {}) =>
      page.suno.handle({ source: 'record', body: sample(type, { taskId, ...options }), kind: kindOf(type) }),
  }
}

function kindOf(type: EventType) {
  return KINDS.find((kind) => kinds[kind].events.includes(type))
}

describe('the media of an event', () => {
  test('of a song are its tracks: the finished file, else what can be streamed', async () => {
    const { handle, detailsOf, suno } = await started()
    await handle('music:complete', 'a')
    const { media, failure, files, record } = await detailsOf('a')
    expect({ failure, files, record }).toEqual({ failure: null, files: null, record: null })
    expect(media).toMatchObject({ type: 'music:complete', expiresAt: expect.any(Number) as number, tracks: [{}, {}] })
    expect(media?.tracks[0]).toMatchObject({
      title: 'Harbour Lantern',
      isStream: false,
      audioUrl: expect.stringMatching(/^https:/) as string,
      imageUrl: expect.stringMatching(/^https:/) as string,
      lyrics: expect.stringContaining('lantern') as string,
      tags: expect.arrayContaining(['folk']) as string[],
    })
    const tracks = [{ id: 'x', stream_audio_url: 'https://cdn.test/stream' }]
    const body = { code: 200, data: { callbackType: 'text', task_id: 'b', data: tracks } }
    await suno.handle({ source: 'record', kind: 'music', body })
    expect((await detailsOf('b')).media?.tracks).toMatchObject([
      { isStream: true, audioUrl: 'https://cdn.test/stream' },
    ])
  })

  test('are those of the furthest stage, whatever came last', async () => {
    const { handle, detailsOf } = await started({ staleStages: 'deliver' })
    await handle('music:text', 'a')
    expect((await detailsOf('a')).media?.type).toBe('music:text')
    await handle('music:first', 'a')
    expect((await detailsOf('a')).media?.type).toBe('music:first')
    await handle('music:complete', 'a')
    await handle('music:first', 'a')
    await handle('error', 'a', { kind: 'music' })
    const { media, failure } = await detailsOf('a')
    expect(media?.type).toBe('music:complete')
    expect(failure).toMatchObject({ reason: expect.any(String) as string, message: expect.any(String) as string })
  })

  test.each<[EventType, object]>([
    ['lyrics:complete', { lyrics: [{ text: expect.any(String) as string }, {}] }],
    ['video:complete', { videoUrl: expect.stringMatching(/^https:/) as string }],
    ['voice:ready', { voiceId: expect.any(String) as string }],
    ['phrase:ready', { phrase: expect.any(String) as string }],
    ['wav:complete', { wavUrl: expect.stringMatching(/^https:/) as string }],
    ['midi:complete', { instruments: [{ notes: [{ pitch: expect.any(Number) as number }] }], notesLeftOut: 0 }],
    ['cover:complete', { imageUrls: [expect.stringMatching(/^https:/), expect.stringMatching(/^https:/)] }],
    ['recovery:complete', { tracks: [{ isStream: false, audioUrl: expect.stringMatching(/^https:/) as string }] }],
  ])('of %s are there', async (type, media) => {
    const { handle, detailsOf } = await started()
    await handle(type, 'a')
    const details = await detailsOf('a')
    expect(details.media?.type).toBe(type)
    for (const [name, value] of Object.entries(media)) {
      const found = details.media?.[name as 'tracks']
      expect(Array.isArray(found) ? found.slice(0, (value as unknown[]).length) : found).toMatchObject(
        (Array.isArray(value) ? value : value) as object,
      ) as unknown
    }
  })

  test('of an advanced separation are named by their stem, or by what was done', async () => {
    const { suno, handle, detailsOf } = await started()
    await handle('stems:complete', 'plain', { overrides: { stems: { backingVocalsUrl: 'https://cdn.test/b.mp3' } } })
    const names = (await detailsOf('plain')).media?.stems.map(({ name }) => name)
    expect(names).toContain('vocal')
    expect(names).toContain('backing-vocals')
    const info = {
      origin_url: 'https://cdn.test/origin.mp3',
      origin_data: [
        {
          extract: { audio_url: 'https://cdn.test/a b.mp3', stem_type_group_name: 'Drums', duration: 12 },
          remove: { audio_url: 'https://cdn.test/rest.mp3' },
        },
        { extract: { audio_url: 'https://cdn.test/c.mp3' } },
      ],
    }
    await suno.handle({
      source: 'record',
      kind: 'stems',
      body: { code: 200, data: { task_id: 'x', vocal_removal_info: info } },
    })
    const { media } = await detailsOf('x')
    expect(media?.stems).toEqual(
      expect.arrayContaining([
        { name: 'Drums', audioUrl: 'https://cdn.test/a%20b.mp3', duration: 12 },
        expect.objectContaining({ name: 'remove' }),
        expect.objectContaining({ name: 'extract' }),
        expect.objectContaining({ name: 'origin' }),
      ]),
    )
  })

  test('of a transcription are 5,000 notes at most', async () => {
    const { suno, detailsOf } = await started()
    const notes = Array.from({ length: 4_000 }, (_, index) => ({
      pitch: 60,
      start: index,
      end: index + 1,
      velocity: 1,
    }))
    const data = {
      task_id: 'm',
      state: 'complete',
      instruments: [
        { name: 'Piano', notes },
        { name: 'Bass', notes },
      ],
    }
    await suno.handle({ source: 'record', kind: 'midi', body: { code: 200, msg: 'ok', data } })
    const { media } = await detailsOf('m')
    expect(media?.instruments.map(({ notes }) => notes.length)).toEqual([4_000, 1_000])
    expect(media?.notesLeftOut).toBe(3_000)
  })

  test('name what failed beside the others', async () => {
    const { suno, detailsOf } = await started()
    const lyrics = [
      { text: 'words', title: 'One', status: 'complete', errorMessage: '' },
      { text: '', title: 'Two', status: 'failed', errorMessage: 'too long' },
    ]
    await suno.handle({
      source: 'record',
      kind: 'lyrics',
      body: { code: 200, msg: 'ok', data: { callbackType: 'complete', taskId: 'l', data: lyrics } },
    })
    expect((await detailsOf('l')).media?.failures).toEqual(['Two: too long'])
  })

  test('of a recovery name the tracks that stay lost', async () => {
    const { handle, detailsOf } = await started()
    await handle('recovery:complete', 'r', {
      overrides: { failures: [{ id: 'clip-9', title: null, error: 'clip_not_complete' }] },
    })
    expect((await detailsOf('r')).media?.failures).toEqual(['clip-9: clip_not_complete'])
  })

  test('have no address but https, and http of this machine', async () => {
    const { suno, detailsOf } = await started()
    const urls = [
      ['javascript:alert(1)', null],
      ['data:audio/mpeg;base64,AAAA', null],
      ['file:///etc/passwd', null],
      ['http://cdn.test/1.mp3', null],
      ['http://169.254.169.254/latest', null],
      ['https://user:pass@cdn.test/1.mp3', null],
      ['https://user@cdn.test/1.mp3', null],
      ['//cdn.test/1.mp3', null],
      ['http://127.0.0.1:4000/files/1.mp3', 'http://127.0.0.1:4000/files/1.mp3'],
      ['http://localhost:4000/files/1.mp3', 'http://localhost:4000/files/1.mp3'],
      ['https://cdn.test/1.mp3', 'https://cdn.test/1.mp3'],
    ] as const
    for (const [index, [audioUrl, expected]] of urls.entries()) {
      const data = [{ id: 'x', audio_url: audioUrl, image_url: audioUrl }]
      const taskId = `task-${String(index)}`
      const body = { code: 200, msg: 'ok', data: { callbackType: 'complete', task_id: taskId, data } }
      await suno.handle({ source: 'record', kind: 'music', body })
      const { row, media } = await detailsOf(taskId)
      expect({ audioUrl, cover: row.coverUrl, is: media?.tracks.map((track) => track.audioUrl) }).toEqual({
        audioUrl,
        cover: expected,
        is: [expected],
      })
    }
  })
})

describe('a delivery', () => {
  test('has what came, what listeners got, and what became of it', async () => {
    const { suno, detailsOf } = await startPage({}, { verify: undefined, secret: SECRET })
    suno.on('*', function save() {
      return Promise.resolve()
    })
    const { search } = new URL(suno.callbackUrl('wav', { url: 'https://a.test/', metadata: { orderId: '42' } }))
    const body = sample('wav:complete', { taskId: 'a' })
    await suno.receive({ body, query: search, kind: 'wav' })
    await suno.receive({ body, query: search, kind: 'wav' })
    const [repeat, first] = (await detailsOf('a')).deliveries
    expect(repeat).toMatchObject({
      outcome: 'duplicate',
      meaning: expect.stringContaining('no listener was called') as string,
      listeners: [],
    })
    expect(first).toMatchObject({
      source: 'callback',
      type: 'wav:complete',
      kind: 'wav',
      key: 'wav:complete:a',
      outcome: 'handled',
      meaning: 'All listeners have finished.',
      httpStatus: 200,
      listeners: [{ name: 'save', durationMs: expect.any(Number) as number, error: null }],
      error: null,
      issues: [],
      metadata: { orderId: '42' },
      canReplay: true,
    })
    expect(JSON.parse(first?.body?.text ?? '')).toEqual(body)
    expect(first?.body).toMatchObject({ isCut: false, bytes: JSON.stringify(body).length })
    const event = JSON.parse(first?.event?.text ?? '') as SunoEvent
    expect(event).toMatchObject({ type: 'wav:complete', taskId: 'a', metadata: { orderId: '42' } })
    expect(event).not.toHaveProperty('raw')
  })

  test('whose listener failed has its error with its stack, and the causes below', async () => {
    const { suno, detailsOf } = await startPage()
    const cause = Object.assign(new Error('the disk is full'), { code: 'ENOSPC' })
    suno.on('wav:complete', function store() {
      throw Object.assign(new TypeError('it could not be stored', { cause }), { code: 'E_STORE' })
    })
    suno.on('wav:complete', () => Promise.resolve())
    await suno.receive({ kind: 'wav', body: sample('wav:complete', { taskId: 'a' }) })
    const [delivery] = (await detailsOf('a')).deliveries
    expect(delivery).toMatchObject({
      outcome: 'failed',
      httpStatus: 500,
      error: null,
      listeners: [
        { name: 'store', error: { name: 'TypeError', code: 'E_STORE', message: 'it could not be stored' } },
        { name: '(anonymous)', error: null },
      ],
    })
    const { stack } = delivery?.listeners[0]?.error ?? {}
    expect(stack).toMatch(/TypeError: it could not be stored\n +at .*details\.test/)
    expect(stack).toContain('Caused by: Error: the disk is full')
  })

  test.each<[string, unknown, object]>([
    ['a text', 'no', { name: 'Thrown', message: 'no', stack: null }],
    ['an object', { status: 7 }, { name: 'Thrown', message: '{"status":7}' }],
    ['a number', 7, { name: 'Thrown', message: '7' }],
    ['an error without a stack', Object.assign(new Error('bare'), { stack: undefined }), { stack: 'Error: bare' }],
    ['an error that is its own cause', circular(), { name: 'Error', message: 'again' }],
    ['a very long message', new Error('x'.repeat(9_000)), { message: `${'x'.repeat(8_000)}…` }],
    [
      'what cannot be read',
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('trap')
        },
      }),
      { message: 'It cannot be shown: to read it throws.' },
    ],
  ])('whose listener throws %s shows it', async (_, thrown, shown) => {
    const { suno, detailsOf } = await startPage()
    suno.on('*', () => {
      throw thrown
    })
    await suno.receive({ kind: 'wav', body: sample('wav:complete', { taskId: 'a' }) })
    expect((await detailsOf('a')).deliveries[0]?.listeners[0]?.error).toMatchObject(shown)
  })

  test('that was turned away says why', async () => {
    const { suno, rows, details } = await startPage({}, { verify: undefined, secret: SECRET })
    suno.on('music:complete', () => undefined)
    const { search } = new URL(suno.callbackUrl('wav', { url: 'https://a.test/' }))
    await suno.receive({ kind: 'wav', body: sample('wav:complete') })
    const reasonOf = async () => {
      const [row] = await rows()
      const { deliveries } = await details(row?.id ?? '')
      return deliveries[0]
    }
    expect(await reasonOf()).toMatchObject({
      outcome: 'rejected',
      httpStatus: 401,
      error: {
        name: 'DeliveryError',
        code: 'SIGNATURE_MISSING',
        message: expect.stringContaining('callbackUrl()') as string,
        stack: null,
      },
      body: null,
      event: null,
      copies: null,
      canReplay: false,
    })
    await suno.receive({
      kind: 'wav',
      query: search,
      body: { code: 200, msg: 'ok', data: { task_id: 'odd', audio_wav_url: 7, more: 1 } },
    })
    const unknown = await reasonOf()
    expect(unknown).toMatchObject({
      outcome: 'rejected',
      httpStatus: 422,
      type: 'unknown',
      error: { code: 'UNRECOGNISED' },
      canReplay: true,
    })
    expect(unknown?.issues.length).toBeGreaterThan(0)
    expect(unknown?.body?.text).toContain('"audio_wav_url": 7')
  })

  test('that failed elsewhere has that error, with its cause', async () => {
    const store = {
      claim: () => Promise.reject(new Error('connection refused')),
      complete: () => true,
      release: () => true,
    }
    const { suno, detailsOf } = await startPage({}, { store })
    suno.on('*', () => undefined)
    await suno.receive({ kind: 'wav', body: sample('wav:complete', { taskId: 'a' }) })
    const [delivery] = (await detailsOf('a')).deliveries
    expect(delivery).toMatchObject({ outcome: 'unavailable', httpStatus: 503, error: { code: 'STORE_FAILED' } })
    expect(delivery?.error?.stack).toContain('Caused by: Error: connection refused')
  })

  test('that is still at work has no duration of its listener yet', async () => {
    const { suno, detailsOf } = await startPage({}, { deadlineMs: 100 })
    let end: () => void = () => undefined
    suno.on('*', () => new Promise<void>((resolve) => (end = resolve)))
    await suno.receive({ kind: 'wav', body: sample('wav:complete', { taskId: 'a' }) })
    expect((await detailsOf('a')).deliveries).toMatchObject([
      { outcome: 'deadline', httpStatus: 503, listeners: [{ durationMs: null }] },
    ])
    end()
  })

  test('of a body that is long is cut, and says so', async () => {
    const { suno, detailsOf } = await started()
    const body = { ...sample('wav:complete', { taskId: 'a' }), filler: 'x'.repeat(100_000) }
    await suno.handle({ source: 'record', kind: 'wav', body })
    const [delivery] = (await detailsOf('a')).deliveries
    expect(delivery).toMatchObject({
      body: { isCut: true, bytes: JSON.stringify(body).length },
      copies: null,
      canReplay: true,
    })
    expect(delivery?.body?.text).toHaveLength(65_536)
  })
})

describe('what is copied', () => {
  test('asks for a fresh URL, and survives the shell', async () => {
    const { suno, detailsOf } = await started()
    const body = { ...sample('wav:complete', { taskId: 'a' }), msg: "it's $(here) `now` \\ \n" }
    await suno.handle({ source: 'record', kind: 'wav', body, metadata: { orderId: "4'2" } })
    const { curl = '', test = '' } = (await detailsOf('a')).deliveries[0]?.copies ?? {}
    const shown = `npx() { shift; printf '%s|' "$@"; }; curl() { printf '%s\\n' "$@"; }; ${curl}`
    const [url, header, type, data, text = ''] = execFileSync('sh', ['-c', shown], { encoding: 'utf8' }).split('\n')
    expect({ url, header, type, data }).toEqual({
      url: "url|wav|--metadata|orderId=4'2|",
      header: '-H',
      type: 'content-type: application/json',
      data: '--data-raw',
    })
    expect(JSON.parse(text)).toEqual(body)
    execFileSync(process.execPath, ['--check', '--input-type=module'], { input: test })
    expect(test).toContain("source: 'replay'")
    expect(test).toContain('kind: "wav"')
    expect(test).toContain(`metadata: {"orderId":"4'2"}`)
  })

  test('names no kind that is not known', async () => {
    const { suno, rows, details } = await started()
    await suno.handle({ source: 'record', body: { code: 200, msg: 'ok', data: { task_id: 'q', odd: 1 } } })
    const [row] = await rows()
    const { copies } = (await details(row?.id ?? '')).deliveries[0] ?? {}
    expect(copies?.curl).toContain('url music)')
    expect(copies?.test).not.toContain('kind:')
    expect(copies?.test).not.toContain('metadata:')
  })
})

describe('no secret reaches the page', () => {
  test('neither by bodies, nor by errors, nor by titles', async () => {
    vi.stubEnv('SUNO_API_KEY', 'sk-live-0123456789')
    vi.stubEnv('SUNO_CALLBACK_SECRET', SECRET)
    const { suno, url, rows, details } = await startPage({}, { verify: undefined })
    const signedUrl = suno.callbackUrl('music', { url: 'https://app.example.com/suno/music' })
    const signature = new URL(signedUrl).searchParams.get('suno_signature') ?? ''
    suno.on('*', () => {
      const cause = new Error(`Bearer abcdefghijklmnop was refused; key sk-live-0123456789`)
      throw new Error(`POST ${signedUrl} failed`, { cause })
    })
    const tracks = [
      { id: 'x', title: `see ${signedUrl}`, prompt: `x ${signature} y`, audio_url: 'https://cdn.test/1.mp3' },
    ]
    const data = {
      callbackType: 'complete',
      task_id: 'leaky',
      data: tracks,
      callBackUrl: signedUrl,
      param: JSON.stringify({ callBackUrl: signedUrl }),
    }
    const more = {
      nested: encodeURIComponent(signedUrl),
      twice: encodeURIComponent(encodeURIComponent(signedUrl)),
      suno_signature: signature,
      apiKey: 'anything',
      Authorization: 'Basic abc',
      note: SECRET,
    }
    await suno.receive({
      kind: 'music',
      query: new URL(signedUrl).search,
      body: { code: 200, msg: signedUrl, data: { ...data, more } },
    })
    const [row] = await rows()
    const shown = JSON.stringify([row, await details(row?.id ?? '')])
    const [, , mac = ''] = signature.split('.')
    expect(mac).toHaveLength(43)
    for (const secret of [signature, mac, SECRET, 'sk-live', 'abcdefghijklmnop', 'Basic abc', 'anything']) {
      expect(shown).not.toContain(secret)
    }
    expect(shown).toContain('suno_signature=[redacted]')
    expect(shown).toContain('https://cdn.test/1.mp3')
    expect(url).not.toContain('suno_signature')
  })
})

describe('the files of an archive', () => {
  test('are shown as they come', async () => {
    const listeners = new Map<string, (event: never) => void>()
    const archive = { on: (name: string, listener: (event: never) => void) => void listeners.set(name, listener) }
    const { handle, detailsOf, rows, list, follow } = await started({}, { archive })
    const tell = <Name extends 'file' | 'progress'>(name: Name, event: ArchiveEvents[Name]) =>
      listeners.get(name)?.(event as never)
    await handle('music:complete', 'a')
    expect((await list()).about.hasArchive).toBe(true)
    expect((await detailsOf('a')).files).toEqual([])
    const follower = await follow()
    const part = { taskId: 'a', type: 'audio', name: 'x', totalBytes: 100 } as const
    for (const bytes of [1, 50, 99]) tell('progress', { ...part, bytes })
    await eventually(() => expect(follower.rows().size).toBe(1))
    expect((await detailsOf('a')).files).toEqual([
      { type: 'audio', name: 'x', status: 'loading', key: null, bytes: 99, totalBytes: 100, error: null },
    ])
    tell('progress', { ...part, bytes: 100 })
    const stored = {
      type: 'audio',
      name: 'x',
      url: 'https://cdn.test/x?token=1',
      status: 'stored',
      key: 'a/x.mp3',
      bytes: 100,
      sha256: 'ab',
      contentType: 'audio/mpeg',
      error: null,
    } as const
    tell('file', { taskId: 'a', file: stored })
    const error = { code: 'LINK_GONE' as never, message: 'All links are dead.', httpStatus: 404 }
    tell('file', {
      taskId: 'a',
      file: {
        type: 'image',
        name: 'y',
        url: null,
        status: 'gone',
        key: null,
        bytes: null,
        sha256: null,
        contentType: null,
        error,
      },
    })
    // Of nothing that is shown.
    tell('file', { taskId: null, file: stored })
    tell('progress', { ...part, taskId: null, bytes: 1 })
    tell('file', { taskId: 'unknown', file: stored })
    expect((await detailsOf('a')).files).toEqual([
      { type: 'audio', name: 'x', status: 'stored', key: 'a/x.mp3', bytes: 100, totalBytes: 100, error: null },
      {
        type: 'image',
        name: 'y',
        status: 'gone',
        key: null,
        bytes: null,
        totalBytes: null,
        error: { code: 'LINK_GONE', message: 'All links are dead.' },
      },
    ])
    expect(await rows()).toHaveLength(1)
  })

  test('are 200 of a task at most, and what is told faster than it is recorded is bounded too', async () => {
    const listeners = new Map<string, (event: never) => void>()
    const archive = { on: (name: string, listener: (event: never) => void) => void listeners.set(name, listener) }
    const { handle, detailsOf } = await started({}, { archive, maxBytes: 65_536 })
    await handle('music:complete', 'a')
    for (let index = 0; index < 10_100; index++) {
      listeners.get('progress')?.({
        taskId: 'a',
        type: 'stems',
        name: String(index),
        bytes: 1,
        totalBytes: null,
      } as never)
    }
    expect((await detailsOf('a')).files).toHaveLength(200)
    // Those that are shown go on.
    listeners.get('progress')?.({ taskId: 'a', type: 'stems', name: '7', bytes: 2, totalBytes: null } as never)
    expect((await detailsOf('a')).files?.find(({ name }) => name === '7')?.bytes).toBe(2)
  })
})

test('a body that is no JSON after all is shown without its text', async () => {
  const { suno, detailsOf } = await startPage({}, silent)
  const circle: { self?: unknown } = {}
  circle.self = circle
  suno.on('*', ({ raw }) => void Object.assign(raw as object, { toJSON: () => circle }))
  await suno.handle({ source: 'record', kind: 'wav', body: sample('wav:complete', { taskId: 'a' }) })
  expect((await detailsOf('a')).deliveries).toMatchObject([{ body: null, copies: null, canReplay: true }])
})

function circular(): Error {
  const error = new Error('again')
  error.cause = error
  return error
}
