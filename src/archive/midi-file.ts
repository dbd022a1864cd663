import type { MidiCompleteEvent, MidiNote } from '../events/types.js'
import { FileFault } from './file-fault.js'

/**
 * The notes as a MIDI file: a track for each instrument, with its name and, where General MIDI has one of that name, its sound.
 *
 * @throws FileFault `MIDI_WRITER_MISSING`
 */
export async function midiFile(instruments: MidiCompleteEvent['instruments']): Promise<Uint8Array> {
  const { Midi } = await loadWriter()
  const midi = new Midi()
  const nextChannel = channels()
  for (const { name, notes } of instruments) {
    const track = midi.addTrack()
    track.name = name ?? ''
    const isDrums = /drum|percussion/i.test(track.name)
    track.channel = isDrums ? DRUMS : nextChannel()
    if (!isDrums) track.instrument.name = track.name.toLowerCase()
    for (const note of notes.map(toNote)) if (note !== null) track.addNote(note)
  }
  return midi.toArray()
}

/** The channel on which every player has drums. */
const DRUMS = 9
const CHANNELS = 16

/** The others, one after the other, and again from the first when all are taken. */
function channels(): () => number {
  let count = 0
  return () => {
    const channel = count++ % (CHANNELS - 1)
    return channel < DRUMS ? channel : channel + 1
  }
}

/** Null for what no player could play: without a pitch or a time, or beyond what a file can hold. */
function toNote({ pitch, start, end, velocity }: MidiNote) {
  if (pitch === null || start === null || end === null) return null
  const [midi, duration] = [Math.round(pitch), end - start]
  if (midi < 0 || midi > 127 || start < 0 || end > LONGEST_S || !(duration > 0)) return null
  return { midi, time: start, duration, velocity: Math.min(1, Math.max(0, velocity ?? DEFAULT_VELOCITY)) }
}

const LONGEST_S = 24 * 3_600
const DEFAULT_VELOCITY = 0.8

/** Loaded when the first notes come: few need it. A CommonJS package, whose names an import does not always see. */
async function loadWriter() {
  try {
    return (await import('@tonejs/midi')).default
  } catch (cause) {
    const message = 'MIDI files are written by the package @tonejs/midi: install it, or leave "midi" out of include.'
    throw new FileFault('MIDI_WRITER_MISSING', message, { cause })
  }
}
