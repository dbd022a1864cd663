// The program that the package installs works in an empty folder: by its name, with nothing configured.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('node_modules/.bin/suno-callbacks', import.meta.url))
const empty = mkdtempSync(join(tmpdir(), 'suno-empty-'))
const { PATH } = process.env

const type = (args, { env = {}, input = '' } = {}) =>
  spawnSync(program, args, { cwd: empty, env: { PATH, ...env }, input, encoding: 'utf8' })

try {
  const help = type(['--help'])
  assert.equal(help.status, 0, help.stderr)
  const names = [...help.stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)
  assert.ok(names.includes('listen') && names.length >= 8, help.stdout)
  for (const name of names) assert.equal(type([name, '--help']).status, 0, name)

  assert.match(type(['--version']).stdout, /^\d+\.\d+\.\d+/)
  assert.equal(type(['lisen']).status, 2)

  const url = type(['url', 'music', '--base-url', 'https://app.example.com/suno'], {
    env: { SUNO_CALLBACK_SECRET: 'a secret of the tests' },
  })
  assert.match(url.stdout, /^https:\/\/app\.example\.com\/suno\/music\?suno_signature=v1\./)

  const body = '{"code":200,"msg":"success","data":{"task_id":"task-1","video_url":"https://example.com/1.mp4"}}'
  const explained = type(['explain', '-', '--json'], { input: body })
  assert.equal(JSON.parse(explained.stdout).event.type, 'video:complete')

  const nobody = type(['trigger', 'music:complete', '--to', 'http://127.0.0.1:9'])
  assert.equal(nobody.status, 1, nobody.stderr)

  await send()
  await archive()
} finally {
  rmSync(empty, { recursive: true })
}

/** A receiver without code with its live page, and what the other commands send to it. */
async function send() {
  const env = { SUNO_CALLBACK_SECRET: 'a secret of the tests' }
  const args = ['listen', '0', '--json', '--inspect', '--journal', 'kept.jsonl']
  const receiver = spawn(program, args, { cwd: empty, env: { PATH, ...env } })
  try {
    const [lines] = await once(receiver.stdout, 'data')
    const { origin } = new URL(JSON.parse(String(lines).split('\n')[0]).url)
    const to = `${origin}/suno`
    for (const command of [
      ['doctor', to, '--private'],
      ['trigger', 'music:complete', '--to', to],
      ['simulate', to, '--tasks', '2', '--speed', '1000'],
      ['replay', 'kept.jsonl', '--to', to],
    ]) {
      const { status, stdout, stderr } = type(command, { env })
      assert.equal(status, 0, command.join(' ') + stdout + stderr)
    }
    const page = await fetch(`${origin}/inspector/`)
    assert.match(await page.text(), /<html/)
  } finally {
    receiver.kill('SIGINT')
  }
  const [code] = await once(receiver, 'exit')
  assert.equal(code, 130)
}

/** A song of the simulated provider, both from the package, kept in a folder. */
async function archive() {
  const provider = spawn(program, ['provider', '0', '--speed', '100000'], { cwd: empty, env: { PATH } })
  try {
    const [line] = await once(provider.stdout, 'data')
    const url = String(line).trim()
    const response = await fetch(`${url}/api/v1/generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'a harbour at night', callBackUrl: 'http://127.0.0.1:9/none' }),
    })
    const { data } = await response.json()
    const env = { SUNO_API_KEY: 'any-key', SUNO_API_BASE_URL: url }
    const args = ['archive', 'music', data.taskId, '--to', 'songs', '--allow-private', '--every', '0.2']
    const watched = type(['watch', 'music', data.taskId, '--every', '0.2'], { env })
    assert.equal(watched.status, 0, watched.stdout + watched.stderr)
    const kept = type(args, { env })
    assert.equal(kept.status, 0, kept.stdout + kept.stderr)
    const manifest = join('songs', data.taskId, 'manifest.json')
    assert.equal(kept.stdout.trim().split('\n').at(-1), manifest)
    assert.equal(JSON.parse(readFileSync(join(empty, manifest), 'utf8')).taskId, data.taskId)
    assert.match(type(args, { env }).stderr, /Nothing was fetched\.$/m)
  } finally {
    provider.kill()
  }
}

console.log('ok command-line')
