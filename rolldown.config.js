import { defineConfig } from 'rolldown'

// What is imported is one file for each entry point and a few that they share: to load sixty small ones takes Node.js as long as half
// of zod.
export default defineConfig({
  input: {
    index: 'src/index.ts',
    testing: 'src/testing/index.ts',
    express: 'adapters/express.ts',
    koa: 'adapters/koa.ts',
    node: 'adapters/node.ts',
    sqlite: 'src/stores/sqlite.ts',
    redis: 'src/stores/redis.ts',
    postgres: 'src/stores/postgres.ts',
    bullmq: 'src/handoff/bullmq.ts',
  },
  external: /^[^./]/,
  platform: 'node',
  output: { dir: 'dist/bundled', format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'shared/[name].js' },
})
