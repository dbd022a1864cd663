/**
 * The layout, as `npm run lint` holds it: a folder may import those that stand before it in this list, and none after it.
 *
 * `isOptional`: an entry point of its own. Whoever imports the package or an adapter does not load it.
 */
const FLOORS = [
  // The ground.
  { path: '^src/errors/' },
  { path: '^src/time/' },
  { path: '^src/log/' },
  // What came, and the contracts.
  { path: '^src/events/' },
  { path: '^src/stores/(store|in-flight)\\.ts$' },
  { path: '^src/polling/task-list\\.ts$' },
  { path: '^src/stores/memory/' },
  { path: '^src/verify/' },
  { path: '^src/outcome/' },
  { path: '^src/listeners/' },
  { path: '^src/stores/(redis|sqlite|postgres)/', isOptional: true },
  { path: '^src/handoff/(?!bullmq\\.ts$)' },
  { path: '^src/handoff/bullmq\\.ts$', isOptional: true },
  { path: '^src/options/' },
  // One event; then the HTTP request around it.
  { path: '^src/handling/' },
  { path: '^src/delivery/' },
  { path: '^src/suno-callbacks\\.ts$' },
  { path: '^src/index\\.ts$' },
  // What works on top of the whole.
  { path: '^src/polling/(?!task-list\\.ts$)', isOptional: true },
  { path: '^src/archive/', isOptional: true },
  { path: '^src/doctor/', isOptional: true },
  { path: '^src/testing/', isOptional: true },
  { path: '^src/inspector/', isOptional: true },
  { path: '^src/cli/', isOptional: true },
]

const pathsOf = (floors) => floors.map(({ path }) => path)
const optional = pathsOf(FLOORS.filter(({ isOptional }) => isOptional))

/** A rule for each folder but the last. */
const upwards = FLOORS.slice(0, -1).map(({ path }, index) => ({
  name: 'no-import-from-above',
  comment: 'A folder imports only those that stand before it in FLOORS of dependency-cruiser.config.js.',
  severity: 'error',
  from: { path },
  to: { path: pathsOf(FLOORS.slice(index + 1)) },
}))

export default {
  forbidden: [
    ...upwards,
    {
      name: 'no-circle',
      comment: 'Not of types either.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unknown-folder',
      comment:
        'A new folder of src gets its line in FLOORS. Outside of folders are two files: index.ts and suno-callbacks.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: pathsOf(FLOORS) },
      to: {},
    },
    {
      name: 'no-unknown-folder',
      comment: 'The same for a file that imports nothing.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: pathsOf(FLOORS) },
    },
    {
      name: 'no-unknown-folder',
      comment: 'The same for a file that imports nothing, and that nothing imports.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: pathsOf(FLOORS) },
      to: {},
    },
    {
      name: 'no-import-out-of-src',
      comment: 'Adapters stand above src; tests and examples are not published.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(adapters|test|examples)/' },
    },
    {
      name: 'no-import-out-of-adapters',
      comment: 'Tests and examples are not published.',
      severity: 'error',
      from: { path: '^adapters/' },
      to: { path: '^(test|examples)/' },
    },
    {
      name: 'no-store-from-a-store',
      comment: 'Stores share their contract, and nothing else.',
      severity: 'error',
      from: { path: '^src/stores/([^/]+)/' },
      to: { path: '^src/stores/[^/]+/', pathNot: '^src/stores/$1/' },
    },
    {
      name: 'no-adapter-from-an-adapter',
      comment: 'What two adapters need stands in adapters/shared, which knows none of them.',
      severity: 'error',
      from: { path: '^adapters/' },
      to: { path: '^adapters/', pathNot: '^adapters/shared/' },
    },
    {
      name: 'no-optional-folder-in-the-core',
      comment: 'The main entry and the adapters load no entry point of its own, not on a detour either.',
      severity: 'error',
      from: { path: '^(src/index\\.ts$|adapters/)' },
      to: { path: optional, reachable: true },
    },
    {
      name: 'no-optional-folder-in-the-core',
      comment: 'The same for files that the main entry does not reach.',
      severity: 'error',
      from: { path: pathsOf(FLOORS.filter(({ isOptional }) => !isOptional)) },
      to: { path: optional },
    },
  ],
  options: {
    // Imports of types count as well.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
}
