import { Injectable, type OnModuleInit } from '@nestjs/common'
import {
  SunoCallbacks,
  type MusicCompleteEvent,
  type MusicFirstEvent,
  type MusicTextEvent,
  type TaskErrorEvent,
} from 'suno-callbacks'

export interface Song {
  readonly stage: 'text' | 'first' | 'error' | 'complete'
  readonly audioUrls: readonly string[]
  readonly problem: string | null
}

@Injectable()
export class SongsService implements OnModuleInit {
  readonly #songs = new Map<string, Song>()

  constructor(private readonly suno: SunoCallbacks) {}

  onModuleInit(): void {
    this.suno.callbackUrl('music') // throws now, not at the first order, when the address is missing
    for (const type of ['music:text', 'music:first', 'music:complete', 'error'] as const) {
      this.suno.on(type, (event) => this.#keep(event))
    }
  }

  /** What to give to the provider as `callBackUrl`. */
  order(orderId: string): string {
    return this.suno.callbackUrl('music', { metadata: { orderId } })
  }

  find(orderId: string): Song | undefined {
    return this.#songs.get(orderId)
  }

  /** Events of one task can end in any order, so an early stage never overwrites a later one. */
  #keep(event: MusicTextEvent | MusicFirstEvent | MusicCompleteEvent | TaskErrorEvent): void {
    const orderId = event.metadata.orderId ?? event.taskId
    const known = this.#songs.get(orderId)
    if (known !== undefined && RANKS[known.stage] >= RANKS[event.stage]) return
    const tracks = event.type === 'error' ? [] : event.tracks
    this.#songs.set(orderId, {
      stage: event.stage,
      audioUrls: tracks.flatMap((track) => track.audioUrl ?? []),
      problem: event.type === 'error' ? event.reason : null,
    })
  }
}

const RANKS = { text: 1, first: 2, error: 3, complete: 4 }
