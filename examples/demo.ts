import { parseArgs } from 'node:util'
import { tellChapters } from './demo/chapters.js'
import { listen } from './demo/listen.js'
import { print } from './demo/print.js'
import { Story } from './demo/story.js'

const USAGE = `Usage:
  npm start                       tell the story: every documented callback, sent over HTTP to a receiver in an Express app
  npm start -- --listen <port>    leave the receiver up for your own curl (port 0: any free one)
  npm start -- --help             this text`

async function main(): Promise<number> {
  const options = readArguments()
  if (typeof options === 'string') {
    console.error(`${options}\n\n${USAGE}`)
    return 2
  }
  if (options.isHelp) {
    print(USAGE)
    return 0
  }
  if (options.port !== null) {
    await listen(options.port)
    return 0
  }
  const story = await Story.begin()
  try {
    await tellChapters(story)
  } finally {
    await story.end()
  }
  return story.summary()
}

/** The options, or what is wrong with them. */
function readArguments(): { readonly port: number | null; readonly isHelp: boolean } | string {
  try {
    const { values } = parseArgs({ options: { listen: { type: 'string' }, help: { type: 'boolean', short: 'h' } } })
    const { listen: port, help: isHelp = false } = values
    if (port === undefined) return { port: null, isHelp }
    if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return { port: Number(port), isHelp }
    return `--listen needs a port from 0 to 65535, not ${JSON.stringify(port)}.`
  } catch (error) {
    return messageOf(error)
  }
}

function messageOf(error: unknown): string {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error
  if (isTaken) return `Port ${String(error.port)} is in use. Choose another one, or 0 for any free port.`
  return error instanceof Error ? error.message : String(error)
}

// Whoever reads only the first lines (`npm start | head`) has seen enough.
process.stdout.on('error', () => process.exit())

try {
  process.exitCode = await main()
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
