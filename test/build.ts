import { execFileSync } from 'node:child_process'

/** Builds once before the tests: examples and README snippets use the package by its own name, as it will be published. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
  execFileSync('npm', ['run', '--silent', 'build:examples'], { stdio: 'inherit' })
}
