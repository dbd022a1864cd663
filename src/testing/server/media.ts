import { JPEG, M4A, MP3, MP4, PNG } from './media-data.js'

export interface MediaFile {
  readonly contentType: string
  readonly bytes: Buffer
}

/** The file of a link, by the ending of its path. Streams have no ending: they are songs. */
export function mediaFile(path: string): MediaFile {
  const ending = /\.(\w+)$/.exec(path)?.[1] ?? 'mp3'
  return (files[ending] ?? files.mp3)()
}

const ofBase64 = (contentType: string, data: string) => () => ({ contentType, bytes: Buffer.from(data, 'base64') })

const files: Readonly<Record<string, () => MediaFile>> & { readonly mp3: () => MediaFile } = {
  mp3: ofBase64('audio/mpeg', MP3),
  m4a: ofBase64('audio/mp4', M4A),
  mp4: ofBase64('video/mp4', MP4),
  jpeg: ofBase64('image/jpeg', JPEG),
  png: ofBase64('image/png', PNG),
  wav: () => ({ contentType: 'audio/wav', bytes: tone() }),
}

const RATE = 8_000

/** A second of 330 Hz: one channel of 16 bits, behind the 44 bytes of a WAV header. */
function tone(): Buffer {
  const wav = Buffer.alloc(44 + 2 * RATE)
  wav.write('RIFF', 0, 'latin1')
  wav.writeUInt32LE(wav.length - 8, 4)
  wav.write('WAVEfmt ', 8, 'latin1')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20) // PCM
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(RATE, 24)
  wav.writeUInt32LE(2 * RATE, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(2 * RATE, 40)
  for (let index = 0; index < RATE; index++) {
    wav.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * 330 * index) / RATE)), 44 + 2 * index)
  }
  return wav
}
