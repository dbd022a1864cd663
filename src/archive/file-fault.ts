/** Why a file is not stored. */
export type FileCode =
  /** Not https, or an address that is not public, or a host that `allowHosts` does not have; also at the end of a redirect. */
  | 'ADDRESS_REFUSED'
  | 'TOO_MANY_REDIRECTS'
  /** No connection, or one that ended before the answer began. */
  | 'UNREACHABLE'
  /** Another status than 200: see `httpStatus`. */
  | 'HTTP_STATUS'
  /** Answered compressed, although that was not asked for. */
  | 'ENCODED'
  | 'EMPTY'
  /** Its first bytes are not those of a file of the kind that was promised: a page of HTML, say. */
  | 'WRONG_TYPE'
  /** Larger than `maxFileBytes`. */
  | 'TOO_LARGE'
  /** Fewer bytes than announced, or more, or the connection ended in the middle. */
  | 'CUT_OFF'
  /** Not a byte for `idleTimeoutMs`. */
  | 'STALLED'
  /** Not finished within `fileTimeoutMs`. */
  | 'TOO_SLOW'
  /** All links are dead. */
  | 'GONE'
  | 'DISK_FULL'
  /** The destination failed, or did not do as its contract says. */
  | 'DESTINATION_FAILED'
  /** What `key` answered is no key, or is not one of this file alone. */
  | 'KEY_INVALID'
  /** `@tonejs/midi`, which writes MIDI files, is not installed. */
  | 'MIDI_WRITER_MISSING'
  /** `signal` aborted. */
  | 'ABORTED'

/** Why one try, or a file, came to nothing. It never leaves the archive: what users see of it is plain data. */
export class FileFault extends Error {
  override readonly name = 'FileFault'
  readonly httpStatus: number | null

  constructor(
    readonly code: FileCode,
    message: string,
    { httpStatus = null, cause }: { readonly httpStatus?: number | null; readonly cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.httpStatus = httpStatus
  }
}

/** What trying again, or another link, does not mend. */
export function isFinal({ code }: FileFault): boolean {
  return FINAL.has(code)
}

const FINAL: ReadonlySet<FileCode> = new Set([
  'DISK_FULL',
  'DESTINATION_FAILED',
  'KEY_INVALID',
  'MIDI_WRITER_MISSING',
  'ABORTED',
])

/** What another try of the same link does not mend. */
export function isFinalForLink(fault: FileFault): boolean {
  return isFinal(fault) || FINAL_FOR_LINK.has(fault.code)
}

const FINAL_FOR_LINK: ReadonlySet<FileCode> = new Set(['ADDRESS_REFUSED', 'TOO_MANY_REDIRECTS', 'TOO_LARGE'])

/** Whether the server says that there is no such file, or none for us: what file servers answer for one that they have deleted. */
export function isDead({ httpStatus }: FileFault): boolean {
  return httpStatus === 403 || httpStatus === 404 || httpStatus === 410
}
