import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, test } from 'vitest'
import type { AsyncStore } from '../../src/index.js'
import { storeConformance } from '../../src/testing/index.js'
import { EXAMPLES } from '../support/example.js'

const directories: string[] = []

afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true })
})

describe('the store of examples/file-store.ts keeps the contract: it', () => {
  const create = async (prefix: string): Promise<AsyncStore> => {
    const { href } = pathToFileURL(join(EXAMPLES, 'file-store.js'))
    const { fileStore } = (await import(href)) as { fileStore: (directory: string) => Promise<AsyncStore> }
    const directory = await mkdtemp(join(tmpdir(), `suno-callbacks-${prefix}-`))
    directories.push(directory)
    return fileStore(directory)
  }
  for (const { title, run } of storeConformance(create)) test.concurrent(title, run)
})
