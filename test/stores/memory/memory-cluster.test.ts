import { execFileSync } from 'node:child_process'
import cluster from 'node:cluster'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { memoryStore, SunoCallbacks } from '../../../src/index.js'

const wasWorker = cluster.isWorker

afterEach(() => {
  Object.assign(cluster, { isWorker: wasWorker })
})

test('in a cluster worker the memory store is refused, also as the default, unless it is asked for', () => {
  Object.assign(cluster, { isWorker: true })
  const refusal = expect.objectContaining({ code: 'STORE_NOT_SHARED' }) as Error
  expect(() => memoryStore()).toThrow(refusal)
  expect(() => new SunoCallbacks({ verify: false })).toThrow(refusal)
  expect(new SunoCallbacks({ verify: false, store: memoryStore({ perProcess: true }) })).toBeInstanceOf(SunoCallbacks)
})

test('a worker of node:cluster is told, and its primary is not', () => {
  const directory = mkdtempSync(join(tmpdir(), 'suno-callbacks-cluster-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const main = createRequire(import.meta.url).resolve('suno-callbacks')
  const program = join(directory, 'app.cjs')
  writeFileSync(
    program,
    `
    const cluster = require('node:cluster')
    const { SunoCallbacks } = require(${JSON.stringify(main)})
    let code = 'none'
    try { new SunoCallbacks({ verify: false }) } catch (error) { code = error.code }
    console.log((cluster.isPrimary ? 'primary ' : 'worker ') + code)
    if (cluster.isPrimary) cluster.fork()
    else process.disconnect()`,
  )
  const output = execFileSync(process.execPath, [program], { encoding: 'utf8' })
  expect(output.trim().split('\n').sort()).toEqual(['primary none', 'worker STORE_NOT_SHARED'])
})
