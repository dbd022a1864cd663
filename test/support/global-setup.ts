import { execFileSync } from 'node:child_process'

/**
 * Builds once before the tests: examples and README snippets use the package by its own name, as it will be published. Where
 * SUNO_BUILT is set, `dist` and `examples/dist` are what the sources make already.
 */
export default function build(): void {
  if ((process.env.SUNO_BUILT ?? '') !== '') return
  for (const script of ['build', 'build:examples']) {
    execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit' })
  }
}
