/** What is known of a file while it comes. */
export interface FileInfo {
  readonly taskId: string
  /** As its first bytes say, such as `audio/mpeg`. */
  readonly contentType: string
  /** Its size, where the server announced one. If another comes of it, the bytes end in an error. */
  readonly bytes: number | null
}

/** What is known of a file that is stored. */
export interface StoredFile {
  readonly bytes: number
  /** In hex; null where the destination does not know it. */
  readonly sha256: string | null
}

/**
 * Where files go. `destinationConformance` of `suno-callbacks/testing` tests one of your own.
 *
 * Keys are segments of `A-Z a-z 0-9 . _ -` with `/` between them; none begins with a dot.
 */
export interface Destination {
  /** What is stored whole under the key; null when nothing is. */
  has(key: string): Promise<StoredFile | null>
  /**
   * Stores the bytes under the key, in place of what was there. It must read them to their end. While they come, nothing may be seen under
   * the key, nor part of it; when they end in an error, nothing may ever be, and `put` rejects. When `put` has resolved, the file is safe.
   */
  put(key: string, file: AsyncIterable<Uint8Array>, info: FileInfo): Promise<void>
}
