import Koa from 'koa'
import { describe, expect, test } from 'vitest'
import { expressMiddleware } from '../../adapters/express.js'
import { koaMiddleware } from '../../adapters/koa.js'
import { locate, unroutedHint, type MountOptions, type MountRequest } from '../../adapters/shared/mount.js'
import { requestListener } from '../../adapters/node.js'
import { subject } from './subject.js'

const SIGNED = 'suno_signature=v1.payload.mac'

/** A line of the tables: what the framework tells, and the options of the mount. */
interface Line extends Partial<MountRequest>, MountOptions {
  readonly url: string
}

function place({ kind, path, ...request }: Line) {
  return locate({ method: 'POST', prefix: '', ...request }, { kind, path })
}

describe('ours', () => {
  test.each<Line & { is: string | undefined; query?: string }>([
    // Under the default path, where the framework strips nothing
    { url: '/suno', is: undefined },
    { url: '/suno/', is: undefined },
    { url: '/suno?a=1', is: undefined, query: 'a=1' },
    { url: '/suno/?a=1', is: undefined, query: 'a=1' },
    { url: '/suno/music', is: 'music' },
    { url: '/suno/music/', is: 'music' },
    { url: '/suno/music?a=1&b=%20?', is: 'music', query: 'a=1&b=%20?' },
    { url: '/suno/lyrics', is: 'lyrics' },
    { url: '/suno/video', is: 'video' },
    { url: '/suno/voice', is: 'voice' },
    { url: '/suno/phrase', is: 'phrase' },

    // Under a path of the user's
    { url: '/hooks/suno/music', path: '/hooks/suno', is: 'music' },
    { url: '/hooks/suno/music', path: '/hooks/suno/', is: 'music' },
    { url: '/hooks/suno', path: '/hooks/suno/', is: undefined },
    { url: '/music', path: '/', is: 'music' },
    { url: '/', path: '/', is: undefined },

    // Under a prefix that the framework has stripped
    { url: '/', prefix: '/suno', is: undefined },
    { url: '', prefix: '/suno', is: undefined },
    { url: '/music', prefix: '/suno', is: 'music' },
    { url: '/music/', prefix: '/api/hooks/suno', is: 'music' },
    { url: '/?a=1', prefix: '/suno', is: undefined, query: 'a=1' },
    { url: '/suno/music', prefix: '/api', is: 'music' },
    { url: '/music', prefix: '/api/suno', path: '/suno', is: 'music' },
    { url: '/suno/music', prefix: '/api', path: '/suno', is: 'music' },

    // The absolute form, which proxies send
    { url: 'http://app.example.com/suno/music?a=1', is: 'music', query: 'a=1' },
    { url: 'HTTPS://app.example.com:8443/suno', is: undefined },

    // Named by a route parameter
    { url: '/anything/at/all', params: { kind: 'video' }, is: 'video' },
    { url: '/suno', params: {}, route: '/suno{/:kind}', is: undefined },
    { url: '/hook', params: { kind: undefined }, route: '/hook/:kind?', is: undefined },
    { url: '/suno', params: {}, route: ['/suno', '/suno/:kind'], is: undefined },
    { url: '/suno/music', params: { other: 'video' }, is: 'music' },

    // A wildcard gives a list
    { url: '/suno/music', params: { kind: ['music'] }, route: '/suno/*kind', is: 'music' },
    { url: '/suno/music/', params: { kind: ['music', ''] }, route: '/suno/*kind', is: 'music' },
    { url: '/suno', params: { kind: [] }, route: '/suno{/*kind}', is: undefined },
    { url: '/hook', params: {}, route: '/hook{/*kind}', is: undefined },
    { url: '/', prefix: '/suno/video', params: { kind: ['video'] }, is: 'video' },

    // Pinned by the option, whatever else is there
    { url: '/suno-callback', kind: 'music', is: 'music' },
    { url: '/suno/video', kind: 'music', is: 'music' },
    { url: '/suno/:nope', params: { kind: 'nope' }, kind: 'music', is: 'music' },
    { url: '/x', kind: 'any', is: undefined },
    { url: '/suno/video', kind: 'any', is: undefined },
    { url: '*', kind: 'any', is: undefined },

    // Signed: any path, and the kind that the path names if it names one
    { url: `/any/where?${SIGNED}`, is: undefined, query: SIGNED },
    { url: `/any/where?a=1&${SIGNED}`, is: undefined, query: `a=1&${SIGNED}` },
    { url: `/?${SIGNED}`, is: undefined, query: SIGNED },
    { url: `/suno/video?${SIGNED}`, is: 'video', query: SIGNED },
    { url: `/video?${SIGNED}`, prefix: '/suno', is: 'video', query: SIGNED },
    { url: `/video/extra?${SIGNED}`, prefix: '/suno', is: undefined, query: SIGNED },
    { url: `//x?${SIGNED}`, is: undefined, query: SIGNED },
  ])('$url, prefix $prefix, path $path, kind $kind, params $params is of kind $is', ({ is, query = '', ...line }) => {
    expect(place(line)).toEqual({ is: 'ours', kind: is, query })
  })

  test('a request whose URL is missing is ours only where any URL is', () => {
    expect(locate({ method: 'POST', url: undefined, prefix: '' }, { kind: 'any' })).toMatchObject({ is: 'ours' })
    expect(locate({ method: 'POST', url: undefined, prefix: '' }, {})).toMatchObject({ is: 'not-ours' })
  })
})

test('the warning of a request whose URL is missing still names a path', () => {
  expect(unroutedHint({ method: 'POST', url: undefined, prefix: '' }, 'mend it')).toMatch(
    /^A POST to "\/" reached the adapter/,
  )
})

describe("the host's", () => {
  test.each<Line>([
    { url: '/' },
    { url: '/music' },
    { url: '/sunoo' },
    { url: '/suno-callback' },
    { url: '/SUNO/MUSIC' },
    { url: '/suno/music/extra' },
    { url: '/suno//music' },
    { url: '/suno/music//' },
    { url: '/suno;a=1/music' },
    { url: '/api/suno/music' },
    { url: '//suno/music' },
    { url: '//x' },
    { url: '//' },
    { url: '*' },
    { url: '' },
    { url: '?' },
    { url: '#/suno/music' },
    { url: 'suno/music' },
    { url: 'http://suno/music' },
    { url: 'http://' },
    { url: '/suno/music', path: '/hooks/suno' },
    { url: '/suno/music', prefix: '/api', path: '/hooks/suno' },
    { url: '/music', prefix: '/api', path: '/suno' },
    { url: '/not_suno_signature=1?xsuno_signature=1' },
    { url: '/a?b=suno_signature=1' },
    { url: '/a?suno_signature' },
    { url: '/a?%73uno_signature=1' },
  ])('$url, prefix $prefix, path $path is passed on without a warning where nothing was meant for us', (line) => {
    expect(place({ ...line, method: 'GET' })).toEqual({ is: 'not-ours', isNearMiss: false })
    if (line.prefix === undefined) expect(place(line)).toEqual({ is: 'not-ours', isNearMiss: false })
  })

  test.each<Line>([
    { url: '/suno/nope', params: { kind: 'nope' }, route: '/suno{/:kind}' },
    { url: '/suno/nope', params: { kind: 'constructor' }, route: '/suno/:kind' },
    { url: '/suno/a/b', params: { kind: ['a', 'b'] }, route: '/suno/*kind' },
    { url: '/suno/nope', params: { kind: ['nope'] }, route: '/suno/*kind' },
    { url: '/suno/a', params: { kind: { a: 1 } }, route: '/suno/*kind' },
    { url: `/suno/nope?${SIGNED}`, params: { kind: 'nope' }, route: '/suno/:kind' },
    { url: '/suno-callback', route: '/suno-callback', params: {} },
    { url: '/hook', route: '/:kinds', params: { kinds: 'music' } },
    { url: '/nope', prefix: '/suno' },
    { url: '/suno/nope' },
    { url: '/suno/nope/?a=1' },
    { url: '/suno/Music' },
    { url: '/suno/%6Dusic' },
    { url: '/suno/constructor' },
    { url: '/suno/__proto__' },
    { url: '/hooks/nope', path: '/hooks/' },
    { url: '/nope/', prefix: '/suno' },
  ])('$url, prefix $prefix, path $path, route $route is passed on, and a POST there seems to have meant us', (line) => {
    expect(place(line)).toEqual({ is: 'not-ours', isNearMiss: true })
    expect(place({ ...line, method: 'GET' })).toEqual({ is: 'not-ours', isNearMiss: false })
  })
})

test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'post', undefined])(
  'what is ours is so whatever the method: %s',
  (method) => {
    for (const line of [
      { url: '/suno' },
      { url: '/suno/music' },
      { url: '/music', prefix: '/suno' },
      { url: '/x', kind: 'any' },
      { url: `/x?${SIGNED}` },
    ] as const) {
      expect(place({ ...line, method })).toEqual(place(line))
      expect(place({ ...line, method })).toMatchObject({ is: 'ours' })
    }
  },
)

describe('options are checked when the adapter is made', () => {
  const { suno } = subject()
  const makers = { expressMiddleware, koaMiddleware, requestListener }

  test.each(Object.entries(makers))(
    '%s refuses an option that there is not, and names those that there are',
    (_, make) => {
      const options: object = { prefix: '/suno' }
      expect(() => make(suno, options)).toThrow(
        expect.objectContaining({
          code: 'OPTION_UNKNOWN',
          message: expect.stringMatching(/"prefix".* kind, path/) as string,
        }),
      )
    },
  )

  test.each(Object.entries(makers))(
    '%s refuses a kind that there is not, and names those that there are',
    (_, make) => {
      const options: object = { kind: 'music-extend' }
      expect(() => make(suno, options)).toThrow(
        expect.objectContaining({
          code: 'KIND_UNKNOWN',
          message: expect.stringMatching(
            /"music-extend".* music, lyrics, video, voice, phrase, wav, stems, midi, cover, recovery, any\.$/,
          ) as string,
        }),
      )
    },
  )

  test.each(Object.entries(makers))('%s refuses a path that is no path', (_, make) => {
    for (const path of ['suno', '', 42, null, /suno/]) {
      const options: object = { path }
      expect(() => make(suno, options)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
    }
  })

  test.each(Object.entries(makers))('%s accepts options that are undefined', (_, make) => {
    expect(make(suno, { kind: undefined, path: undefined })).toBeTypeOf('function')
  })

  test('only requestListener knows the option next', () => {
    expect(requestListener(suno, { next: undefined })).toBeTypeOf('function')
    const options: object = { next: () => undefined }
    expect(() => expressMiddleware(suno, options)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }))
  })

  test.each(Object.entries(makers))('%s refuses options that are no object', (name, make) => {
    for (const options of [null, '/suno', 42] as readonly unknown[]) {
      expect(() => make(suno, options as MountOptions)).toThrow(
        expect.objectContaining({
          code: 'OPTION_INVALID',
          message: `${name}(suno, options): options must be an object such as { path: "/suno" }.`,
        }),
      )
    }
  })

  test('requestListener refuses a next that is no function, such as a Koa app', () => {
    for (const next of [new Koa(), null, 'app'] as readonly unknown[]) {
      expect(() => requestListener(suno, { next } as Parameters<typeof requestListener>[1])).toThrow(
        expect.objectContaining({
          code: 'OPTION_INVALID',
          message: expect.stringMatching(/koa\.callback\(\)/) as string,
        }),
      )
    }
  })
})
