// The program that the package installs works in an empty folder: by its name, with nothing configured.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
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
} finally {
  rmSync(empty, { recursive: true })
}
console.log('ok command-line')
