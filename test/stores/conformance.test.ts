import { describe, test } from 'vitest'
import { memoryStore } from '../../src/index.js'
import { storeConformance } from '../../src/testing/index.js'
import { bareStore } from '../support/store.js'

describe.concurrent('memoryStore', () => {
  for (const { title, run } of storeConformance(() => memoryStore())) test(title, run)
})

describe.concurrent('a store of the three methods alone', () => {
  for (const { title, run } of storeConformance(() => bareStore())) test(title, run)
})
