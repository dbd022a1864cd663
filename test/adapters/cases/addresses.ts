import { NOT_OURS, NOT_OURS_BELOW_SUNO, type Case } from '../case.js'
import { inChunks, whole } from '../request.js'
import { OWN, WEB, type AdapterName } from '../names.js'
import { CALLBACK } from './bodies.js'

const OURS = { expected: '200 received' }

const at = (path: string) => [whole(CALLBACK, { path })]

/** What only some adapters take for theirs; `NOT_OURS` for the others. */
function oursFor(
  adapters: readonly AdapterName[],
  because: string,
  others: Pick<Case, 'expected' | 'unlike'> = NOT_OURS_BELOW_SUNO,
): Pick<Case, 'expected' | 'unlike'> {
  return { ...others, unlike: [...(others.unlike ?? []), { adapters, expected: '200 received', because }] }
}

/** What cannot be written as the URL of a web-standard request. */
const NO_WEB_URL = {
  adapters: WEB,
  expected: '400 (node)',
  because: 'the bridge of @hono/node-server refuses what is no URL',
}

export const addresses: readonly Case[] = [
  { title: '/suno', does: at('/suno'), ...OURS },
  { title: '/suno/', does: at('/suno/'), ...OURS },
  { title: '/suno/music/', does: at('/suno/music/'), ...OURS },
  { title: '/suno/music?a=%', does: at('/suno/music?a=%'), ...OURS },
  { title: 'http://app.example.com/suno/music', does: at('http://app.example.com/suno/music'), ...OURS },
  { title: 'a query of 8 kB', does: at(`/suno/music?${'a'.repeat(8192)}`), ...OURS },
  { title: 'a query of 20 kB', does: at(`/suno/music?${'a'.repeat(20_000)}`), expected: '431 (node), closed' },
  { title: 'a path of 8 kB', does: at(`/suno/${'a/'.repeat(4096)}`), ...NOT_OURS_BELOW_SUNO },
  { title: '/suno/nope, a kind that there is not', does: at('/suno/nope'), ...NOT_OURS_BELOW_SUNO },
  {
    title: '/suno/nope, with a body of unknown length',
    does: [inChunks([CALLBACK], { path: '/suno/nope' })],
    expected: '404 (app)',
    unlike: [
      {
        adapters: ['node:http', 'node:https', 'Hono'],
        expected: '404 not-found, closed',
        because: 'they answer before they know how long the body is',
      },
    ],
  },
  { title: '/suno/music/extra', does: at('/suno/music/extra'), ...NOT_OURS_BELOW_SUNO },
  {
    title: '/suno//music',
    does: at('/suno//music'),
    ...oursFor(['Express 4'], 'it strips the first of two slashes with the prefix'),
  },
  { title: '//suno/music', does: at('//suno/music'), ...NOT_OURS },
  { title: '/suno/Music', does: at('/suno/Music'), ...NOT_OURS_BELOW_SUNO },
  {
    title: '/SUNO/music',
    does: at('/SUNO/music'),
    ...oursFor(['Express 5', 'Express 4', '@koa/router'], 'their routes ignore case by default', NOT_OURS),
  },
  {
    title: '/suno/%6Dusic',
    does: at('/suno/%6Dusic'),
    ...oursFor(['@koa/router', 'Fastify 5', 'Fastify 4'], 'a route parameter is decoded'),
  },
  {
    title: '/suno/%',
    does: at('/suno/%'),
    ...NOT_OURS_BELOW_SUNO,
    unlike: [
      ...NOT_OURS_BELOW_SUNO.unlike,
      {
        adapters: ['Fastify 5', 'Fastify 4'],
        expected: '400 (app)',
        because: 'it refuses a path that cannot be decoded',
      },
    ],
  },
  { title: '/suno\\music', does: at('/suno\\music'), ...NOT_OURS, unlike: [...NOT_OURS.unlike, NO_WEB_URL] },
  { title: '*', does: at('*'), ...NOT_OURS, unlike: [...NOT_OURS.unlike, NO_WEB_URL] },
  // Plain Koa answered 500, because koaMiddleware asked it for the path.
  {
    title: 'http://[',
    does: at('http://['),
    ...NOT_OURS,
    unlike: [
      ...NOT_OURS.unlike,
      NO_WEB_URL,
      { adapters: ['Fastify 5'], expected: '400 (app)', because: 'it refuses a path that cannot be decoded' },
      {
        adapters: ['koa-mount', '@koa/router'],
        expected: '500 (app)',
        because: 'they ask Koa for the path, which throws when the URL does not parse',
      },
    ],
  },
  { title: 'http:/suno/music', does: at('http:/suno/music'), expected: '400 (node), closed' },
  {
    title: "the app's own route, with its body",
    does: [whole(OWN.body, { path: OWN.path })],
    ...NOT_OURS,
    expected: '200 (app)',
  },
]
