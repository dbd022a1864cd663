/** What a link promises. A WAV file must be one; other audio may come in any format that plays. */
export type Promised = 'audio' | 'wav' | 'image' | 'video'

/** What a file is, by its first bytes. */
export interface Format {
  readonly extension: string
  readonly contentType: string
}

/** How many bytes tell it. */
export const HEAD_BYTES = 12

/** Null when the first bytes are not those of what was promised. */
export function formatOf(head: Uint8Array, promised: Promised): Format | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  return FORMATS.find(({ promises, matches }) => promises.includes(promised) && matches(bytes)) ?? null
}

/** What a file may turn out to be, the likeliest first: what to look for where it is stored. */
export function formatsFor(promised: Promised): readonly Format[] {
  return FORMATS.filter(({ promises }) => promises.includes(promised))
}

interface KnownFormat extends Format {
  readonly promises: readonly Promised[]
  readonly matches: (head: Buffer) => boolean
}

const FORMATS: readonly KnownFormat[] = [
  { extension: 'mp3', contentType: 'audio/mpeg', promises: ['audio'], matches: isMp3 },
  { extension: 'm4a', contentType: 'audio/mp4', promises: ['audio'], matches: isMp4 },
  { extension: 'wav', contentType: 'audio/wav', promises: ['wav', 'audio'], matches: isWav },
  { extension: 'flac', contentType: 'audio/flac', promises: ['audio'], matches: (head) => has(head, 0, 'fLaC') },
  { extension: 'ogg', contentType: 'audio/ogg', promises: ['audio'], matches: (head) => has(head, 0, 'OggS') },
  {
    extension: 'mp4',
    contentType: 'video/mp4',
    promises: ['video'],
    matches: (head) => isMp4(head) && !has(head, 8, 'M4A '),
  },
  { extension: 'jpg', contentType: 'image/jpeg', promises: ['image'], matches: (head) => has(head, 0, '\xff\xd8\xff') },
  { extension: 'png', contentType: 'image/png', promises: ['image'], matches: (head) => has(head, 0, PNG) },
  {
    extension: 'webp',
    contentType: 'image/webp',
    promises: ['image'],
    matches: (head) => has(head, 0, 'RIFF') && has(head, 8, 'WEBP'),
  },
]

const PNG = '\x89PNG\r\n\x1a\n'

function has(head: Buffer, offset: number, text: string): boolean {
  return head.toString('latin1', offset, offset + text.length) === text
}

/**
 * A tag, or the header of a frame: 11 bits of sync; then neither the version nor the layer nor the bitrate nor the rate may be one that
 * does not exist. The raw AAC of `FF F1` has no layer.
 */
function isMp3(head: Buffer): boolean {
  if (has(head, 0, 'ID3')) return true
  const [first = 0, second = 0, third = 0xff] = head
  const isSync = first === 0xff && (second & 0xe0) === 0xe0
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3]
  return isSync && version !== 1 && layer !== 0 && third >> 4 !== 15 && ((third >> 2) & 3) !== 3
}

/** Both the song (`.m4a`) and the video are boxes of MP4, the first of which names a brand. */
function isMp4(head: Buffer): boolean {
  return has(head, 4, 'ftyp')
}

/** `RF64` is the form for more than 4 GB. */
function isWav(head: Buffer): boolean {
  return (has(head, 0, 'RIFF') || has(head, 0, 'RF64')) && has(head, 8, 'WAVE')
}
