/** Whether a part of a file is what a killed process has left: no living one writes for an hour without a byte. */
export function isLeftBehind({ mtimeMs }: { readonly mtimeMs: number }): boolean {
  return Date.now() - mtimeMs > OLD_MS
}

const OLD_MS = 3_600_000
