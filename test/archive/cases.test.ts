import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  archiver,
  directory,
  type ArchivedFile,
  type ArchiveError,
  type ArchiverOptions,
} from '../../src/archive/index.js'
import { sampleEvent } from '../../src/testing/index.js'
import { mediaFile } from '../../src/testing/server/media.js'
import { page, table } from '../readme/pages.js'
import { internet, PUBLIC } from './internet.js'
import { mediaServer } from './media-server.js'

/** What a link leads to, and how the archive was set up for it. */
interface Case {
  readonly link: string
  readonly options?: Partial<ArchiverOptions>
}

/** Small, because the table says what is decided, not when. */
const OPTIONS = { tries: 2, pauseMs: 1, idleTimeoutMs: 10_000, fileTimeoutMs: 20_000, logger: false } as const

test('the table of cases says what becomes of each', { timeout: 120_000 }, async () => {
  const cases = await allCases()
  const rows: [string, string][] = []
  for (const [title, { link, options }] of Object.entries(cases)) rows.push([title, await resultOf(link, options)])
  console.log(rows.map(([title, result]) => `| ${title} | ${result} |`).join('\n'))
  expect(rows).toEqual(table('archive-cases', page('src/archive/README.md').text))
})

async function allCases(): Promise<Readonly<Record<string, Case>>> {
  const server = await mediaServer()
  const secure = await mediaServer({ isSecure: true })
  internet({
    'files.media.test': [[PUBLIC]],
    'rebound.media.test': [[PUBLIC], ['127.0.0.1']],
    'private.media.test': [['10.0.0.7']],
    'mixed.media.test': [[PUBLIC, '127.0.0.1']],
    'metadata.media.test': [['169.254.169.254']],
    'nowhere.media.test': [[]],
  })
  const here = (way: string): Case => ({ link: `${server.url}/${way}/song.mp3`, options: { allowPrivate: true } })
  const on = (host: string, way = 'ok'): Case => ({ link: `https://${host}:${String(secure.port)}/${way}/song.mp3` })
  const redirect = (to: string): Case => on('files.media.test', `redirect/song.mp3?${encodeURIComponent(to)}#`)
  const impatiently = ({ link }: Case): Case => ({ link, options: { allowPrivate: true, idleTimeoutMs: 200 } })
  const privately = ({ link }: Case): Case => ({ link, options: { allowPrivate: true } })
  return {
    'a whole file, its length announced': here('ok'),
    'a whole file in chunks': here('chunked'),
    'a whole file that ends with the connection': here('until-the-end'),
    'a whole file, byte by byte': here('bytewise'),
    'a whole file as `application/octet-stream`': here('octets'),
    'HTTP 403 for who has no `User-Agent`': here('no-user-agent'),
    'another link of the public internet': on('files.media.test'),
    'a redirect to a public address': redirect(on('files.media.test').link),
    '200 with nothing': here('empty'),
    '200 with nothing, in chunks': here('empty-chunked'),
    'a page of HTML with 200': here('html'),
    'a page of HTML that is called audio': here('html-as-audio'),
    'JSON with 200': here('json'),
    'XML with 200': here('xml'),
    'two bytes': here('tiny'),
    'an image in place of a song': { ...here('ok'), link: `${server.url}/ok/song.png` },
    'cut in the middle': here('cut'),
    'cut in the middle of chunks': here('cut-chunks'),
    'cut before the first byte': here('cut-before-the-body'),
    'announces more than it sends': here('says-too-much'),
    'announces less than it sends': here('says-too-little'),
    'stalls in the middle': impatiently(here('stall')),
    'stalls before it answers': impatiently(here('stall-before-the-head')),
    'sends a byte now and then, for ever': {
      ...here('drip'),
      options: { allowPrivate: true, fileTimeoutMs: 500, tries: 1 },
    },
    'hangs up': here('hangup'),
    'compressed, unasked': here('gzip'),
    'HTTP 206, a part': here('part'),
    'HTTP 403': here('403'),
    'HTTP 404': here('404'),
    'HTTP 410': here('410'),
    'HTTP 416': here('416'),
    'HTTP 500': here('500'),
    'a name that has no address': on('nowhere.media.test'),
    'announces more than `maxFileBytes`': here('huge'),
    'sends more than `maxFileBytes`': { ...here('endless'), options: { allowPrivate: true, maxFileBytes: 1_000_000 } },
    'a redirect in a circle': here('loop'),
    'a redirect to nowhere': here('redirect-without-location'),
    http: { link: here('ok').link.replace('127.0.0.1', 'files.media.test') },
    'a name and a password in the link': { link: on('user:pass@files.media.test').link },
    'what is no link': { link: 'song.mp3' },
    'a loopback address': { link: `https://127.0.0.1:${String(secure.port)}/ok/song.mp3` },
    'the same as `https://2130706433`': on('2130706433'),
    'the same as `https://0x7f.1`': on('0x7f.1'),
    'the same as `https://[::1]`': on('[::1]'),
    'the same as `https://[::ffff:7f00:1]`': on('[::ffff:7f00:1]'),
    'the same as `https://[64:ff9b::127.0.0.1]`': on('[64:ff9b::127.0.0.1]'),
    '`https://localhost`': on('localhost'),
    'a name of a private address': on('private.media.test'),
    'a name of a public and a private address': on('mixed.media.test'),
    'a name of a metadata service': on('metadata.media.test'),
    'a name that is public when checked, and private a moment later': on('rebound.media.test'),
    'a redirect to a private address': redirect(on('private.media.test').link),
    'a redirect to a loopback address': redirect(`https://127.0.0.1:${String(secure.port)}/ok/song.mp3`),
    'a redirect to http': redirect(`http://files.media.test/ok/song.mp3`),
    'a host that `allowHosts` does not have': { ...on('files.media.test'), options: { allowHosts: ['other.test'] } },
    'a host that `allowHosts` has': { ...on('files.media.test'), options: { allowHosts: ['*.media.test'] } },
    'a private address, with `allowPrivate`': privately(on('127.0.0.1')),
    'a redirect from a private address to another, with `allowPrivate`': {
      ...here('ok'),
      link: `${server.url}/redirect/song.mp3?${encodeURIComponent(`${server.url}/ok/song.mp3`)}`,
    },
    'a redirect from a public to a private address, with `allowPrivate`': privately(
      redirect(`https://127.0.0.1:${String(secure.port)}/ok/song.mp3`),
    ),
    'a metadata service, with `allowPrivate`': privately(on('metadata.media.test')),
    'http to a public address, with `allowPrivate`': {
      link: `http://files.media.test:${String(server.port)}/ok/song.mp3`,
      options: { allowPrivate: true },
    },
  }
}

/** What becomes of a song with one link; and that there is a file under a final name only when it is whole. */
async function resultOf(link: string, options: Partial<ArchiverOptions> = {}): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'archive-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const archive = archiver({ to: directory(root), ...OPTIONS, ...options })
  const event = sampleEvent('recovery:complete', { taskId: 'task', recovered: [{ id: 'song', audioUrl: link }] })
  const { files } = await archive.save(event).catch((error: unknown) => error as ArchiveError)
  const [file] = files as [ArchivedFile]
  if (file.status === 'stored') {
    expect(readdirSync(join(root, 'task'))).toEqual(['manifest.json', 'song.mp3'])
    expect(readFileSync(join(root, 'task/song.mp3')).equals(mediaFile('/song.mp3').bytes)).toBe(true)
    return 'stored'
  }
  const expected = file.status === 'gone' ? ['manifest.json'] : []
  expect(
    readdirSync(root, { recursive: true })
      .filter((name) => name !== 'task')
      .map(String),
  ).toEqual(expected.map((name) => join('task', name)))
  return `${file.status}, \`${String(file.error?.code)}\``
}
