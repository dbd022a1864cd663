/**
 * Collects the chunks of a body. Small ones are copied together: kept as they come, each would be an object of some 500 bytes, and a
 * body sent in chunks of one byte would take 500 times its size. So the memory stays within about twice the body, whatever the chunks.
 */
export class ChunkList {
  readonly #pieces: Uint8Array[] = []
  /** Small chunks are copied into it, from `#start` on those that are no piece yet. */
  #slab: Uint8Array = NO_BYTES
  #start = 0
  #end = 0
  #size = 0

  /** In bytes. */
  get size(): number {
    return this.#size
  }

  append(chunk: Uint8Array): void {
    this.#size += chunk.byteLength
    // Most bodies come in one chunk, which is not copied at all.
    if (this.#pieces.length === 0 || isWorthKeeping(chunk)) this.#keep(chunk)
    else this.#copy(chunk)
  }

  /** All of it, not copied where it came in one chunk. */
  toBytes(): Uint8Array {
    this.#closePiece()
    const [only] = this.#pieces
    return this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces, this.#size)
  }

  #keep(chunk: Uint8Array): void {
    this.#closePiece()
    this.#pieces.push(chunk)
  }

  #copy(chunk: Uint8Array): void {
    let rest = chunk
    while (rest.byteLength > 0) {
      if (this.#end === this.#slab.byteLength) this.#nextSlab()
      const part = rest.subarray(0, this.#slab.byteLength - this.#end)
      this.#slab.set(part, this.#end)
      this.#end += part.byteLength
      rest = rest.subarray(part.byteLength)
    }
  }

  #nextSlab(): void {
    this.#closePiece()
    this.#slab = new Uint8Array(Math.min(Math.max(SMALLEST_SLAB_BYTES, this.#slab.byteLength * 2), LARGEST_SLAB_BYTES))
    this.#start = 0
    this.#end = 0
  }

  #closePiece(): void {
    if (this.#end > this.#start) this.#pieces.push(this.#slab.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}

/** Large, and not a small part of a larger buffer that would be kept with it. */
function isWorthKeeping({ byteLength, buffer }: Uint8Array): boolean {
  return byteLength >= LARGE_CHUNK_BYTES && byteLength * 2 >= buffer.byteLength
}

const LARGE_CHUNK_BYTES = 4 * 1024
const SMALLEST_SLAB_BYTES = 4 * 1024
const LARGEST_SLAB_BYTES = 64 * 1024

/** Shared, for most bodies come in one chunk and never need a slab. */
const NO_BYTES = new Uint8Array(0)
