import { execFileSync } from 'node:child_process'

/** Compiles a harness of `test/harness` into its `dist`, as its command does. Types are checked by `npm run typecheck`. */
export function compileHarness(name: 'archive' | 'bench' | 'chaos' | 'fuzz'): void {
  const compiler = 'node_modules/typescript/bin/tsc'
  execFileSync('node', [compiler, '-p', `test/harness/${name}`, '--noCheck'], { stdio: 'inherit' })
}
