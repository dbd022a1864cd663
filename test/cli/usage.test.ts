import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/index.js'
import { runProcess, type Process } from '../../src/cli/run-process.js'
import { killAll, run, SECRET, spawnProgram, start } from './run.js'

const folder = mkdtempSync(join(tmpdir(), 'suno-cli-'))

afterEach(killAll)
afterAll(() => rmSync(folder, { recursive: true }))

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

describe('help', () => {
  test('lists every command', async () => {
    const { exitCode, stdout, stderr } = await run(['--help'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    for (const { name, summary } of COMMANDS)
      expect(stdout).toMatch(new RegExp(`^  ${name} .*${summary.slice(0, 10)}`, 'm'))
    expect((await run(['help'])).stdout).toBe(stdout)
    expect((await run(['-h'])).stdout).toBe(stdout)
  })

  test('goes to stderr, with exit code 2, where no command is typed', async () => {
    const { exitCode, stdout, stderr } = await run([])
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('Usage: suno-callbacks <command>')
  })

  test.each(COMMANDS.map(({ name }) => name))('says how %s is used, with all its options', async (name) => {
    const { exitCode, stdout } = await run([name, '--help'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`Usage: suno-callbacks ${name} `)
    const command = COMMANDS.find((one) => one.name === name)
    for (const option of Object.keys(command?.options ?? {})) expect(stdout).toContain(`--${option}`)
    expect(stdout).toContain('-h, --help')
  })

  test('names its version', async () => {
    expect((await run(['--version'])).stdout).toBe(`${version}\n`)
  })
})

describe('bad usage ends with exit code 2, and says what may have been meant', () => {
  test.each([
    [['exlpain'], 'there is no command "exlpain". Did you mean "explain"?'],
    [['--json', 'url'], 'The command comes first'],
    [['url', 'music', '--expires-on', '2'], 'there is no option "--expires-on". Did you mean "--expires-in"?'],
    [['url', 'musik'], 'there is no kind "musik". Did you mean "music"?'],
    [['url'], 'suno-callbacks url: something is missing. Usage: suno-callbacks url <kind>'],
    [['url', 'music', 'video'], 'there is more than it takes'],
    [['url', 'music', '--at'], "Option '--at <value>' argument missing"],
    [['url', 'music', '--expires-in', 'x'], '--expires-in must be a number from 1 to 87600, not "x"'],
    [['url', 'music', '--expires-in', ''], '--expires-in must be a number'],
    [['url', 'music', '--metadata', 'x'], 'such as --metadata orderId=42'],
    [['url', 'music'], 'SUNO_CALLBACK_BASE_URL'],
    [['url', 'music', '--env-file', '/nowhere/at-all'], '--env-file: ENOENT'],
    [['explain', '-', '--kind', 'vidoe'], 'Did you mean "video"?'],
    [['trigger', 'music:complete', '--to', '99999'], 'Ports go from 1 to 65535.'],
    [['trigger', 'music:complete', '--to', '0'], 'Ports go from 1 to 65535.'],
    [['trigger', 'music:complete', '--to', 'http://localhost:123456'], 'Ports go from 1 to 65535.'],
    [['doctor', '70000'], 'Ports go from 1 to 65535.'],
    [['simulate', '99999', '--tasks', '1'], 'Ports go from 1 to 65535.'],
    [['listen', '3222', '--forward-to', '99999'], 'Ports go from 1 to 65535.'],
    [
      ['listen', '3222', '--forward-to', '3222'],
      'where listen itself takes callbacks: port 3222. Give the port of the app',
    ],
    [['listen', '--forward-to', 'http://127.0.0.1:3000/hooks'], 'where listen itself takes callbacks: port 3000.'],
    [
      ['listen', '80', '--host', 'app', '--forward-to', 'http://app/suno'],
      'where listen itself takes callbacks: port 80.',
    ],
    [
      ['trigger', 'video:complete', '--kind', 'music', '--to', '3000'],
      '--kind music: video:complete is an event of video. --kind is for error, which every kind has.',
    ],
  ])('%j', async (args, message) => {
    const { exitCode, stdout, stderr } = await run(args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
    expect(stderr).toMatch(/\n\nsuno-callbacks( [a-z]+)? --help says how it is used\.\n$/)
  })

  test('a secret as an argument is refused, and not repeated', async () => {
    const { exitCode, stderr } = await run(['url', 'music', '--secret', 'hunter2-hunter2'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('there is no option "--secret". Secrets are read from the environment')
    expect(stderr).not.toContain('hunter2')
  })
})

describe('faults', () => {
  test('a file that is not there ends with exit code 1, without a stack', async () => {
    const { exitCode, stderr } = await run(['explain', '/nowhere/at-all.json'])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^ENOENT: .*\n$/)
  })

  test('a fault while it is interrupted is none', async () => {
    const { exitCode, interrupt, stderr } = start(['explain', '/nowhere/at-all.json'])
    void interrupt()
    expect(await exitCode).toBe(130)
    expect(stderr()).toBe('')
  })

  test('what nobody foresaw has its stack', async () => {
    const url = COMMANDS.find(({ name }) => name === 'url')
    if (url === undefined) throw new Error('There is no command url.')
    const fault = vi.spyOn(url, 'run').mockRejectedValueOnce(new Error('a bug'))
    const { exitCode, stderr } = await run(['url', 'music'])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^Error: a bug\n {4}at /)
    const bare = new Error('a bug without a stack')
    delete bare.stack
    fault.mockRejectedValueOnce(bare).mockRejectedValueOnce('no error at all')
    expect((await run(['url', 'music'])).stderr).toBe('a bug without a stack\n')
    expect((await run(['url', 'music'])).stderr).toBe('no error at all\n')
  })

  test('an output that cannot be written ends with exit code 1; one that nobody reads any more is quiet', async () => {
    const full = start(['explain', '-'], { stdin: '{}' })
    full.talk.emit('error', new Error('nobody reads it'))
    full.output.emit('error', Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
    expect(await full.exitCode).toBe(1)
    expect(full.stderr()).toContain('The output could not be written: no space left on device')

    const closed = start(['url', 'music', '--at', 'http://localhost/suno'])
    closed.output.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    expect(await closed.exitCode).toBe(0)
  })
})

describe('the environment', () => {
  test('is added to by files: what is set stays, and of two files the later one wins', async () => {
    const [one, other] = [join(folder, 'one.env'), join(folder, 'other.env')]
    writeFileSync(one, `SUNO_CALLBACK_SECRET="${SECRET}"\nSUNO_CALLBACK_BASE_URL=https://one.example.com/suno\n`)
    writeFileSync(other, 'SUNO_CALLBACK_BASE_URL=https://other.example.com/suno\n')
    const both = ['url', 'music', '--env-file', one, '--env-file', other]
    expect((await run(both)).stdout).toMatch(/^https:\/\/other\.example\.com\/suno\/music\?suno_signature=v1\./)
    const set = await run(both, { env: { SUNO_CALLBACK_BASE_URL: 'https://set.example.com/suno' } })
    expect(set.stdout).toMatch(/^https:\/\/set\./)
    expect(set.stderr + set.stdout).not.toContain(SECRET)
  })
})

describe('as a process', () => {
  test('the built program prints data to stdout, talk to stderr, and ends with the exit code', async () => {
    const unsigned = spawnProgram(['url', 'video', '--base-url', 'http://localhost:3000/suno'])
    expect(await unsigned.exitCode).toBe(0)
    expect(unsigned.stdout()).toBe('http://localhost:3000/suno/video\n')
    expect(unsigned.stderr()).toContain('It is not signed')

    const misspelt = spawnProgram(['ulr'])
    expect(await misspelt.exitCode).toBe(2)
    expect(misspelt.stderr()).toContain('Did you mean "url"?')
    const named = spawnProgram(['--version'])
    expect(await named.exitCode).toBe(0)
    expect(named.stdout()).toBe(`${version}\n`)
  })

  test('a closed pipe is quiet', async () => {
    const { child, exitCode, stderr } = spawnProgram(['--help'])
    child.stdout.destroy()
    await once(child.stdout, 'close')
    expect(await exitCode).toBe(0)
    expect(stderr()).toBe('')
  })

  test('Ctrl-C ends with exit code 130', async () => {
    const events = new EventEmitter()
    const fake: Process = Object.assign(events, {
      argv: ['node', 'cli.js', 'explain', '-'],
      stdin: Readable.from(['{}']),
      stdout: { write: () => true, on: () => undefined },
      stderr: { write: () => true, on: () => undefined },
      env: {},
    })
    const running = runProcess(fake)
    events.emit('SIGINT')
    await running
    expect(fake.exitCode).toBe(130)
    expect(events.eventNames()).toEqual([])
  })

  test('the program runs in the process that it is loaded in', async () => {
    const { argv, exitCode } = process
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    process.argv = ['node', 'suno-callbacks', '--version']
    await import('../../src/cli/bin.js')
    process.argv = argv
    expect(process.exitCode).toBe(0)
    process.exitCode = exitCode
    expect(write).toHaveBeenCalledWith(`${version}\n`)
  })
})
