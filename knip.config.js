import { entryPoints } from './rolldown.config.js'

export default {
  entry: [
    ...Object.values(entryPoints),
    'examples/*.ts',
    'test/**/*.test-d.ts',
    'test/**/*.d.ts',
    'test/support/{redis,postgres}-server.ts',
    'test/harness/chaos/{main,receiver}.ts',
    'test/harness/bench/{main,server,generator,deliveries,heap,store-steps,task-takes}.ts',
    'test/harness/fuzz/main.ts',
    'test/harness/archive/{main,child}.ts',
  ],
  project: [
    'src/**',
    'adapters/**',
    'examples/**/*.ts',
    'test/**/*.ts',
    '!test/harness/consumers/**',
    '!test/harness/bullmq/**',
  ],
  ignoreExportsUsedInFile: { interface: true, type: true },
}
