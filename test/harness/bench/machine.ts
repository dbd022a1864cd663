import { readFileSync } from 'node:fs'
import { cpus, release, type } from 'node:os'
import type { Cores } from './cores.js'
import { REPORT_BEGINS } from './releases.js'
import type { Effort } from './report.js'

/** When, on what and how was measured. */
export function describeMachine({ rounds, seconds }: Effort, cores: Cores | null): string {
  // Not availableParallelism: this process has given up a core.
  const all = cpus()
  const [cpu] = all
  const pinned =
    cores === null
      ? 'Nothing was pinned to a core.'
      : `What is measured ran on core ${cores.measured}, everything else on ${cores.rest}.`
  return [
    `${REPORT_BEGINS}${new Date().toISOString().slice(0, 10)}: ${cpu?.model.trim() ?? 'unknown CPU'}, ` +
      `${String(all.length)} cores, ${type()} ${release()}, Node ${process.version}. ${pinned}`,
    `${String(rounds)} rounds of ${String(seconds)} s, interleaved, in fresh processes; over HTTP in slices of half a second, in another order each time, of servers that live through all of them. Payload: the music \`complete\` callback of ` +
      `the provider's page, a fresh task id each, from 50 connections.`,
    PACKAGES.map((name) => `${name} ${versionOf(name)}`).join(', ') + '.',
  ].join('\n\n')
}

const PACKAGES = [
  'zod',
  'express',
  'koa',
  '@koa/router',
  '@koa/bodyparser',
  '@octokit/webhooks',
  'fastify',
  'redis',
  'ioredis',
  'pg',
  'libsql',
]

function versionOf(name: string): string {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.resolve('suno-callbacks/package.json'))
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version
}
