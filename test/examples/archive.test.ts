import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { SunoCallbacks } from '../../src/index.js'
import { simulatedProvider } from '../../src/testing/index.js'
import { filesBelow, temporaryFolder } from '../archive/folder.js'
import { killExamples, SETTINGS, startExample } from '../support/example.js'

afterEach(killExamples)

test('keeps the files of a song that is submitted, with its words and a manifest', { timeout: 60_000 }, async () => {
  const root = join(temporaryFolder(), 'songs')
  const app = await startExample('archive', { SONGS: root, ALLOW_PRIVATE: 'true' })
  const [, origin = ''] = /listening on (\S+)/.exec(app.output()) ?? []
  const provider = await simulatedProvider({ speed: 100 }).listen(0, { stageGapMs: 100 })
  onTestFinished(() => provider.close())
  const suno = new SunoCallbacks({ secret: SETTINGS.SUNO_CALLBACK_SECRET })
  const callBackUrl = suno.callbackUrl('music', { url: `${origin}/suno/music` })
  const body = JSON.stringify({ prompt: 'A song', callBackUrl })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${provider.url}/api/v1/generate`, { method: 'POST', headers, body })
  const { data } = (await answer.json()) as { readonly data: { readonly taskId: string } }
  const extensions = () => filesBelow(root).map((name) => name.split('.').at(-1))
  await vi.waitFor(() => expect(extensions()).toEqual(expect.arrayContaining(['json'])), { timeout: 30_000 })
  expect(extensions().sort()).toEqual(['jpg', 'jpg', 'json', 'mp3', 'mp3', 'txt', 'txt'])
  expect(filesBelow(root)).toContain(`${data.taskId}/manifest.json`)
  expect(app.output()).toMatch(/audio .*: stored/)
  expect(await app.stop('SIGTERM')).toBe(0)
  expect(app.output()).toContain('closed, 0 events left unfinished')
})
