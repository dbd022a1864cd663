import { execFileSync } from 'node:child_process'

/**
 * Builds once before the tests: examples and README snippets use the package by its own name, as it will be published. Where
 * SUNO_BUILT is set, `dist` is what the sources make already, and only the examples are built.
 */
export default function build(): void {
  for (const script of ['build:once', 'build:examples']) {
    execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit' })
  }
}
