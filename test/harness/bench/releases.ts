import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/**
 * Runs this program once more under each release of Node.js, one after the other, and yields what each wrote behind its last round: a
 * description of the machine, and the tables. The binaries come by npm.
 *
 * @param majors such as `26`
 */
export async function* runUnder(majors: readonly string[], args: readonly string[]): AsyncGenerator<string> {
  for (const major of majors) {
    console.log(`\nNode ${major}`)
    const child = spawn(binaryOf(major), [process.argv[1] ?? '', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.pipe(process.stdout, { end: false })
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
    if (child.exitCode !== 0) throw new Error(`The run under Node ${major} has failed.`)
    yield output.slice(output.indexOf(REPORT_BEGINS))
  }
}

/** The first words of a report. */
export const REPORT_BEGINS = 'Measured on '

function binaryOf(major: string): string {
  const name = `node-${process.platform}-${process.arch}@${major}`
  return execFileSync('npx', ['-y', '-p', name, 'node', '-p', 'process.execPath'], { encoding: 'utf8' }).trim()
}
