import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take longest, for what they start and wait for; most of them are small. */
const LONGEST = [
  'test/readme/code-blocks.test.ts',
  'test/adapters/matrix.test.ts',
  'test/readme/readme.test.ts',
  'test/harness/fuzz/fuzz.test.ts',
  'test/stores/postgres/postgres.test.ts',
  'test/cli/watch.test.ts',
  'test/polling/against-provider.test.ts',
  'test/events/properties.test.ts',
  'test/stores/sqlite/sqlite.test.ts',
  'test/cli/readme.test.ts',
  'test/adapters/freezing.test.ts',
]

/**
 * Begins with the files that take longest, so that at the end no worker waits for one of them. Vitest knows how long each took only
 * where it has run before; in a fresh clone it begins with those of the most bytes.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = LONGEST.indexOf(relative(this.ctx.config.root, moduleId).replaceAll('\\', '/'))
      return index === -1 ? LONGEST.length : index
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}
