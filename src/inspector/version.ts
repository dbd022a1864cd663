import { createRequire } from 'node:module'

/** That of the package, which finds itself by its own name, from the built files as from the sources. Null where a bundler has moved it. */
export function version(): string | null {
  try {
    const manifest = createRequire(import.meta.url)('suno-callbacks/package.json') as { readonly version: string }
    return manifest.version
  } catch {
    return null
  }
}
