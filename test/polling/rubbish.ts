import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { json, text, type Answer } from './api-server.js'

/** What an API, or what stands in front of it, answers instead of a record: none of it is news of the task `task-1`. */
export const RUBBISH: Readonly<Record<string, Answer>> = {
  'a page': text('<!doctype html><title>Sign in</title>'),
  'a page that says it is JSON': text('<html></html>', 200, { 'content-type': 'application/json' }),
  nothing: text(''),
  'HTTP 204': (response) => response.writeHead(204).end(),
  'half of its JSON': text('{"code":200,"data":{"taskId":"task-1","status":"FAI'),
  'two pieces of JSON': text('{"code":200}{"code":200}'),
  null: text('null'),
  'a text': text('"FAILED"'),
  'a number': text('500'),
  'a list': json([{ code: 200, data: { taskId: 'task-1', status: 'FAILED' } }]),
  'an object without anything': json({}),
  'a code alone': json({ code: 200 }),
  'a code that is none': json({ code: 'failed', data: 'failed' }),
  'a status that is no record': json({ status: 'error', message: 'failed' }),
  'the error of another framework': json({ error: 'Internal Server Error', statusCode: 500 }, 500),
  'data that is a text': json({ code: 200, data: 'task-1' }),
  'data that is a list of records': json({ code: 200, data: [{ taskId: 'task-1', status: 'FAILED' }] }),
  'a record without a task id': json({ code: 200, data: { status: 'FAILED', errorCode: 500 } }),
  'the record of another task': json({ code: 200, data: { taskId: 'task-2', status: 'FAILED', errorCode: 500 } }),
  'a record of two tasks': json({ code: 200, taskId: 'task-2', data: { taskId: 'task-1', status: 'FAILED' } }),
  'a record that says nothing': json({ code: 200, data: { taskId: 'task-1' } }),
  'a record that says success, with nothing in it': json({ code: 200, data: { taskId: 'task-1', status: 'SUCCESS' } }),
  'a record with a new word': json({ code: 200, data: { taskId: 'task-1', status: 'REMASTERING' } }),
  'a record whose status is an object': json({ code: 200, data: { taskId: 'task-1', status: { value: 'FAILED' } } }),
  'a record that is no music': json({ code: 200, data: { taskId: 'task-1', status: 'SUCCESS', holograms: ['h'] } }),
  'code 400 within HTTP 200': json({ code: 400, msg: 'taskId is wrong', data: null }),
  'code 500 within HTTP 200': json({ code: 500, msg: 'server error', data: null }),
  'code 500 with the task': json({ code: 500, msg: 'server error', data: { taskId: 'task-1' } }),
  'code 455 within HTTP 200': json({ code: 455, msg: 'maintenance' }),
  'code 404': json({ code: 404, msg: 'no such task', data: null }, 404),
  'code 422': json({ code: 422, msg: 'recordInfo is null', data: null }),
  'a code of the future': json({ code: 799, msg: '?' }),
  'HTTP 403 of a firewall': text('<html>blocked</html>', 403),
  'HTTP 404': text('not found', 404),
  'HTTP 418': text('teapot', 418),
  'HTTP 502': text('<html>bad gateway</html>', 502),
  'HTTP 500 around a record that says all is well': json(
    { code: 200, data: { taskId: 'task-1', status: 'FAILED' } },
    500,
  ),
  'a redirect': text('', 302, { location: '/elsewhere' }),
  'a redirect that has no target': text('', 301),
  'bytes that are no text': text(Uint8Array.of(0xff, 0xfe, 0x00, 0x7b)),
  'JSON in UTF-16': text(Buffer.from('{"code":200,"data":null}', 'utf16le')),
  'a body that never ends': endless,
  'a few bytes that unpack to 64 MB': text(gzipSync(Buffer.alloc(2 ** 26, ' ')), 200, { 'content-encoding': 'gzip' }),
  'a packed body that is not packed': text('{"code":200}', 200, { 'content-encoding': 'gzip' }),
  'a length that is too large': (response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"code":200,')
    setTimeout(() => response.destroy(), 20)
  },
  'a connection that is cut at once': (response) => response.destroy(),
  'a head that is no HTTP': (response) => response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n'),
  'JSON so deep that it could end a reader': text('['.repeat(100_000) + ']'.repeat(100_000)),
  'a record so deep that it could end a reader': text(
    `{"code":200,"data":{"taskId":"task-1","status":"REMASTERING","response":${'{"response":'.repeat(5000)}1${'}'.repeat(5000)}}}`,
  ),
  'a record named __proto__': text('{"code":200,"data":{"__proto__":{"taskId":"task-1","status":"FAILED"}}}'),
}

/** Some MB at a time, for as long as it is read. */
function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(2 ** 20, ' ')
  const write = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.writeHead(200, { 'content-type': 'application/json' }).on('drain', write)
  write()
}
