import { entryPoints, programs } from './rolldown.config.js'

export default {
  entry: [
    ...Object.values(entryPoints),
    ...Object.values(programs),
    'src/inspector/page/main.tsx',
    'examples/*.ts',
    'test/**/*.test-d.ts',
    'test/**/*.d.ts',
    'test/support/{redis,postgres}-server.ts',
    'test/harness/chaos/{main,receiver,watched/main}.ts',
    'test/harness/bench/{main,server,generator,deliveries,heap,store-steps,task-takes,archiving,body-server,idle-poller}.ts',
    'test/harness/fuzz/main.ts',
    'test/harness/runtimes/suite.ts',
    'test/harness/archive/{main,child}.ts',
  ],
  project: [
    'src/**',
    'adapters/**',
    'examples/**/*.ts',
    '!examples/nest/**',
    'test/**/*.ts',
    '!test/harness/consumers/**',
    '!test/harness/bullmq/**',
    '!test/harness/runtimes/*.{js,mjs}',
  ],
  ignoreExportsUsedInFile: { interface: true, type: true },
}
