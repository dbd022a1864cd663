import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'
import { inspectorPage } from './page.config.js'
import { LongestFirst } from './test/support/longest-first.js'

export default defineConfig({
  plugins: [inspectorPage()],
  test: {
    include: ['test/**/*.test.ts'],
    // What takes minutes, or plays what the pages say, has commands of its own: npm run test:docs, test:bench, test:harness.
    exclude: [
      ...configDefaults.exclude,
      ...(process.env.HARNESS === undefined
        ? [
            'test/{examples,readme}/**',
            'test/cli/readme.test.ts',
            'test/harness/{bench/*,chaos/chaos,archive/archive,browser/playback,inspector/*}.test.ts',
          ]
        : []),
    ],
    globalSetup: ['test/support/global-setup.ts'],
    // To load the same modules again for each file took a quarter of the time. What a test changes, it puts back.
    isolate: false,
    // Many tests wait for a lease, a server or a process: with three workers more than there are cores, these have work all the time.
    maxWorkers: availableParallelism() + 3,
    sequence: { sequencer: LongestFirst },
    restoreMocks: true,
    unstubEnvs: true,
    testTimeout: 20_000,
    // A command of their own, npm run test:types: here the compiler would start when all else is over, on one core. A project of their
    // own, because the compiler checks all of it.
    typecheck: { include: ['test/**/*.test-d.ts'], tsconfig: 'test/types/tsconfig.json' },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'adapters/**/*.ts'],
      // Files of types alone have nothing to run; the other `adapters` is a folder of tests.
      exclude: [
        'test/**',
        // What runs in a browser is tried in one: npm run test:inspector.
        'src/inspector/page/**',
        'src/inspector/wire.ts',
        'src/events/types.ts',
        'src/events/kinds/kind.ts',
        'src/stores/store.ts',
        'src/polling/task-list.ts',
        'src/archive/destination.ts',
        'src/listeners/listener.ts',
        'src/verify/verifier.ts',
        'src/handoff/handoff.ts',
        'adapters/shared/receiver.ts',
      ],
      reporter: ['text-summary', 'html'],
      thresholds: { branches: 100, functions: 100, lines: 100, statements: 100 },
    },
  },
})
