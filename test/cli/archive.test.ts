import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { simulatedProvider } from '../../src/testing/index.js'
import { filesBelow, temporaryFolder } from '../archive/folder.js'
import { mediaServer } from '../archive/media-server.js'
import { apiServer } from '../polling/api-server.js'
import { failedRecordOf, recordOf } from '../polling/records.js'
import { killAll, run, spawnProgram, start } from './run.js'

afterEach(killAll)

const KEY = 'the-api-key-of-the-tests'
const FAST = ['--every', '0.1', '--tries', '1']
const envOf = (url: string) => ({ SUNO_API_KEY: KEY, SUNO_API_BASE_URL: url })

const running = { code: 200, msg: 'success', data: { taskId: 'task-1', status: 'PENDING' } }

/** The record of a task whose files are these images. */
function covers(taskId: string, ...images: readonly string[]): object {
  return { code: 200, msg: 'success', data: { taskId, successFlag: 1, response: { images }, errorCode: 200 } }
}

/** The record of a song whose links lead to that server. */
function song(type: 'music:first' | 'music:complete', url: string): object {
  const text = JSON.stringify(recordOf(type, 'sunoapi', 'task-1'))
  return JSON.parse(text.replace(/https:\/\/[^"]+?\/([^"/]+)"/g, `${url}/ok/$1"`)) as object
}

/** What is typed for covers of a server of this machine, whose files go to a folder of the test. */
function typed(folder: string, taskIds: readonly string[] = ['task-1'], ...more: readonly string[]): readonly string[] {
  return ['archive', 'cover', ...taskIds, '--to', folder, '--allow-private', ...FAST, ...more]
}

test('archive waits for the last event, stores its files, and prints the path of each and of the manifest', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  const last = song('music:complete', media.url)
  const api = await apiServer(running, song('music:first', media.url), last)
  const args = ['archive', 'music', 'task-1', '--to', folder, '--allow-private', ...FAST]
  const first = await run(args, { env: envOf(api.url) })
  expect(first.exitCode, first.stdout + first.stderr).toBe(0)
  const manifest = join(folder, 'task-1', 'manifest.json')
  const lines = first.stdout.trim().split('\n')
  expect(lines.at(-1)).toBe(manifest)
  const paths = lines
    .slice(0, -1)
    .map((line) => /^stored {3}(audio|image|lyrics) +(\S+) {2}\d+(\.\d [kM])? ?B$/.exec(line)?.[2])
  expect([...paths, manifest].sort()).toEqual(filesBelow(folder).map((key) => join(folder, key)))
  expect(first.stderr).toBe(
    `${String(paths.length)} files: ${String(paths.length)} stored, 0 there already, 0 missing.\n`,
  )
  expect(first.stdout + first.stderr).not.toContain(KEY)

  // A second time nothing is fetched, and that is said.
  const asked = media.asked.length
  const second = await run(args, { env: envOf(api.url) })
  expect(second.exitCode).toBe(0)
  expect(second.stdout).toMatch(/^present {2}audio/m)
  expect(second.stdout.trim().split('\n').at(-1)).toBe(manifest)
  expect(second.stderr).toMatch(/^\d files: 0 stored, \d there already, 0 missing\. Nothing was fetched\.\n$/)
  expect(media.asked).toHaveLength(asked)
})

test('archive names the code and the remedy of a file that fails, and fetches only that the next time', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  const api = await apiServer(covers('task-1', `${media.url}/ok/1.png`, `${media.url}/late/2.png`))
  media.behaviours.late = (_, response) => response.writeHead(500).end()
  const first = await run(typed(folder), { env: envOf(api.url) })
  expect(first.exitCode).toBe(1)
  expect(first.stdout).toMatch(/^stored {3}image {5}\S+cover-1\.png {2}524 B$/m)
  expect(first.stdout).toMatch(
    /^failed {3}image {5}cover-2 {2}HTTP_STATUS: The server answered 500\. .*Run the same again: only what is missing is fetched\.$/m,
  )
  expect(first.stdout).toMatch(/^failed {3}1 of 2 files of task task-1 are not stored\.$/m)
  expect(first.stdout).not.toContain('manifest.json')
  expect(first.stderr).toBe('2 files: 1 stored, 0 there already, 1 missing.\n')

  media.behaviours.late = media.behaviours.ok as (typeof media.behaviours)[string]
  const second = await run(typed(folder), { env: envOf(api.url) })
  expect(second.exitCode).toBe(0)
  expect(second.stderr).toBe('2 files: 1 stored, 1 there already, 0 missing.\n')
  expect(media.asked.filter((path) => path === '/ok/1.png')).toHaveLength(1)
})

test('archive asks the record for fresh links where those that it had are dead', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  const api = await apiServer(covers('task-1', `${media.url}/404/1.png`), covers('task-1', `${media.url}/ok/1.png`))
  expect((await run(typed(folder), { env: envOf(api.url) })).exitCode).toBe(0)
  expect(filesBelow(folder)).toEqual(['task-1/cover-1.png', 'task-1/manifest.json'])
})

test('archive says what makes new files where all links are dead, and lets the manifest say so', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  const api = await apiServer(covers('task-1', `${media.url}/404/1.png`))
  const { exitCode, stdout } = await run(typed(folder), { env: envOf(api.url) })
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/^gone {5}image {5}cover-1 {2}GONE: All links are dead\. Submit the task again; .*\.$/m)
  const manifest = join(folder, 'task-1', 'manifest.json')
  expect(stdout.trim().split('\n').at(-1)).toBe(manifest)
  expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({ files: [{ status: 'gone' }] })
})

test('archive --json tells of each file, how far it is, what failed, and of the manifest', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  // Many pieces of one file, one after the other.
  media.behaviours.pieces = ({ bytes }, response) => {
    response.writeHead(200, { 'content-length': bytes.length })
    let sent = 0
    const timer = setInterval(() => {
      response.write(bytes.subarray(sent, sent + 10))
      sent += 10
      if (sent < bytes.length) return
      clearInterval(timer)
      response.end()
    }, 2)
  }
  const api = await apiServer()
  api.respond(({ query }) =>
    query.get('taskId') === 'task-1'
      ? covers('task-1', `${media.url}/pieces/1.png`, `${media.url}/until-the-end/2.png`)
      : covers('task-2', `${media.url}/html/1.png`),
  )
  const { exitCode, records } = await run(typed(folder, ['task-1', 'task-2', 'task-2'], '--json'), {
    env: envOf(api.url),
  })
  expect(exitCode).toBe(1)
  const of = (name: string) => records.filter(({ record }) => record === name)
  expect(of('file')).toHaveLength(3)
  expect(of('file')).toContainEqual(
    expect.objectContaining({
      ...{ taskId: 'task-1', type: 'image', name: 'cover-1', status: 'stored', key: 'task-1/cover-1.png', error: null },
      ...{ path: join(folder, 'task-1', 'cover-1.png'), bytes: 524, contentType: 'image/png', fix: null },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    }),
  )
  expect(of('file')).toContainEqual(
    expect.objectContaining({
      ...{ taskId: 'task-2', status: 'failed', path: null },
      error: expect.objectContaining({ code: 'WRONG_TYPE' }) as object,
      fix: expect.stringContaining('Run the same again') as string,
    }),
  )
  expect(of('failed')).toMatchObject([{ taskId: 'task-2', code: 'WRONG_TYPE' }])
  expect(of('manifest')).toMatchObject([{ taskId: 'task-1', path: join(folder, 'task-1', 'manifest.json') }])
  // Not one for each of the pieces.
  const progress = of('progress').filter(({ taskId, name }) => taskId === 'task-1' && name === 'cover-1')
  expect(progress[0]).toMatchObject({ type: 'image', bytes: expect.any(Number) as number, totalBytes: 524 })
  expect(progress.length).toBeLessThan(53)
  expect(of('progress')).toContainEqual(expect.objectContaining({ name: 'cover-2', totalBytes: null }))
})

test('archive refuses links to private addresses, and names the option that allows them', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  const api = await apiServer(covers('task-1', `${media.url}/ok/1.png`))
  const { exitCode, stdout } = await run(['archive', 'cover', 'task-1', '--to', folder, ...FAST], {
    env: envOf(api.url),
  })
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/ADDRESS_REFUSED: .* --allow-private fetches from private addresses/)
  expect(media.asked).toEqual([])
})

test('archive refuses larger files than --max-file-bytes', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  const api = await apiServer(covers('task-1', `${media.url}/ok/1.png`))
  const args = typed(folder, ['task-1'], '--max-file-bytes', '100')
  const { exitCode, stdout } = await run(args, { env: envOf(api.url) })
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/TOO_LARGE: The file is larger than 100 bytes\. .* --max-file-bytes is that limit\.\n/)
})

test('archive stores only what --include names, and says where that is nothing', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  const api = await apiServer(song('music:complete', media.url))
  const args = ['archive', 'music', 'task-1', '--to', folder, '--allow-private', ...FAST]
  const some = await run([...args, '--include', 'image', '--include', 'lyrics'], { env: envOf(api.url) })
  expect(some.exitCode).toBe(0)
  expect(some.stdout).not.toContain('audio')
  const kinds = new Set(filesBelow(folder).map((key) => key.split('.').at(-1)))
  expect(kinds).toEqual(new Set(['jpg', 'json', 'txt']))

  const none = await run([...args, '--include', 'wav'], { env: envOf(api.url) })
  expect(none.exitCode).toBe(1)
  expect(none.stdout).toContain('music:complete')
  expect(none.stderr).toContain('music task-1: there is no file to store.')
})

test('archive shows a task that has failed, with exit code 1', async () => {
  const api = await apiServer(failedRecordOf('video', 'task-1', 500))
  const { exitCode, stdout, stderr } = await run(['archive', 'video', 'task-1', '--to', temporaryFolder()], {
    env: envOf(api.url),
  })
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/error +video +task-1 +\w+: /)
  expect(stderr).toBe('0 files: 0 stored, 0 there already, 0 missing.\n')
})

test('archive tells of a folder that takes no file, or not the manifest', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  const api = await apiServer(covers('task-1', `${media.url}/ok/1.png`))
  writeFileSync(join(folder, 'file'), 'not a folder')
  const file = await run(typed(join(folder, 'file')), { env: envOf(api.url) })
  expect(file.exitCode).toBe(1)
  expect(file.stdout).toMatch(/DESTINATION_FAILED: .* Is --to a folder that this user may write to\?\n/)

  mkdirSync(join(folder, 'task-1', 'manifest.json'), { recursive: true })
  const manifest = await run(typed(folder), { env: envOf(api.url) })
  expect(manifest.exitCode).toBe(1)
  expect(manifest.stdout).toMatch(/^failed {3}manifest {2}manifest {2}DESTINATION_FAILED: /m)
  expect(manifest.stdout).toMatch(/^failed {3}1 of 2 files of task task-1 are not stored\.$/m)
  expect(manifest.stdout.trim().split('\n').at(-1)).not.toContain('manifest.json')
})

test('archive shows on a terminal a bar for each file and for all, with their bytes', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  media.behaviours['half-of-what-length'] = ({ bytes }, response) => response.write(bytes.subarray(0, bytes.length / 2))
  const links = [`${media.url}/ok/1.png`, `${media.url}/stall/2.png`, `${media.url}/half-of-what-length/3.png`]
  const api = await apiServer(covers('task-1', ...links))
  const images = start(typed(folder), { env: envOf(api.url), isTTY: true })
  const [half, nobodyKnows] = ['\\[#{10} {10}\\]', '\\[ {20}\\]']
  await images.saw(new RegExp(`${half} {2}262 B of 524 B {2}image cover-2\n`))
  await images.saw(new RegExp(`${nobodyKnows} {2}262 B {2}image cover-3\n`))
  await images.saw(new RegExp(`${half} {2}all\n1 of 3 files, 1\\.0 kB; 1 of 1 task over; asked 1 times`))
  expect(await images.interrupt()).toBe(130)
  // Each of its lines is taken away again.
  expect(images.stderr()).toContain('\r\u001b[K\u001b[1A\u001b[K\u001b[1A\u001b[K\u001b[1A\u001b[K')
  expect(filesBelow(folder)).toEqual(['task-1/cover-1.png'])
})

test('archive shows the bytes of large files in MB', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  media.behaviours.large = (_, response) => {
    response.writeHead(200, { 'content-length': 4_000_000 })
    response.write(Buffer.concat([Buffer.from('\0\0\0\u0018ftypisom'), Buffer.alloc(1_999_988)]))
  }
  const videoUrl = `${media.url}/large/1.mp4`
  const api = await apiServer({ code: 200, data: { taskId: 'task-1', successFlag: 'SUCCESS', response: { videoUrl } } })
  const args = ['archive', 'video', 'task-1', '--to', folder, '--allow-private', ...FAST]
  const running = start(args, { env: envOf(api.url), isTTY: true })
  await running.saw(/\[#{10} {10}\] {2}2\.0 MB of 4\.0 MB {2}video video\n/)
  expect(await running.interrupt()).toBe(130)
})

test('archive ends at --timeout, with what is under way', async () => {
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  const api = await apiServer(covers('task-1', `${media.url}/stall/1.png`))
  const { exitCode, stdout, stderr } = await run(typed(folder, ['task-1'], '--timeout', '1'), { env: envOf(api.url) })
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/ABORTED: The archive was told to stop\. Run the same again/)
  expect(stderr).toMatch(/^Not over within 1 s: 1 of 1 file, 0 B; 1 of 1 task over; asked 1 times/)
  expect(filesBelow(folder)).toEqual([])
})

test('as a process: archives a song of the simulated provider twice, and ends with 130 at Ctrl-C', async () => {
  const provider = await simulatedProvider({ seed: 1, speed: 100_000 }).listen(0)
  const [folder, media] = [temporaryFolder(), await mediaServer()]
  try {
    const response = await fetch(`${provider.url}/api/v1/generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'a harbour at night', callBackUrl: 'https://callbacks.invalid/none' }),
    })
    const { data } = (await response.json()) as { data: { taskId: string } }
    const args = ['archive', 'music', data.taskId, '--to', 'songs', '--allow-private', '--every', '0.2']
    const first = spawnProgram(args, envOf(provider.url), folder)
    expect(await first.exitCode, first.stdout() + first.stderr()).toBe(0)
    const manifest = join('songs', data.taskId, 'manifest.json')
    expect(first.stdout().trim().split('\n').at(-1)).toBe(manifest)
    expect(filesBelow(folder).some((key) => key.endsWith('.mp3'))).toBe(true)
    const second = spawnProgram([...args, '--json'], envOf(provider.url), folder)
    expect(await second.exitCode, second.stderr()).toBe(0)
    expect(second.stderr()).toContain('Nothing was fetched.')

    const api = await apiServer(covers('task-1', `${media.url}/stall/1.png`))
    const endless = spawnProgram(typed(folder), envOf(api.url))
    await vi.waitFor(() => expect(media.asked).toHaveLength(1), { timeout: 10_000 })
    endless.child.kill('SIGINT')
    expect(await endless.exitCode).toBe(130)
  } finally {
    await provider.close()
  }
})

test.each([
  [['music'], 'something is missing'],
  [['music', 'task-1'], '--to is missing'],
  [['musik', 'task-1', '--to', 'songs'], 'Did you mean "music"?'],
  [['voice', 'task-1', '--to', 'songs'], 'A task of voice has no files'],
  [['music', 'task-1', '--to', ''], 'root must be the path of a folder'],
  [['music', 'task-1', '--to', 'songs', '--include', 'audoi'], 'Did you mean "audio"?'],
  [['music', 'task-1', '--to', 'songs', '--tries', '0'], 'tries must be a whole number from 1 to 100'],
  [['music', 'task-1', '--to', 'songs', '--inclde', 'audio'], 'Did you mean "--include"?'],
  [['music', 'task-1', '--to', 'songs', '--provider', 'suno-api'], 'Did you mean "sunoapi"?'],
])('archive refuses %j with exit code 2', async (args, message) => {
  const { exitCode, stderr } = await run(['archive', ...args], { env: envOf('http://localhost:1') })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
})
