import { createRequire } from 'node:module'

/** That of the package, which finds itself by its own name, from the built files as from the sources. */
export function version(): string {
  const { version } = createRequire(import.meta.url)('suno-callbacks/package.json') as { readonly version: string }
  return version
}
