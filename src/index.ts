export { SunoCallbacks } from './suno-callbacks.js'
export type { SunoCallbacksOptions } from './options.js'
export type { CallbackUrlOptions } from './callback-url.js'
export type { Listener, ListenerContext, ListenerOf, OutcomeListener, SubscriptionName } from './listener.js'

export type {
  BaseEvent,
  CoverCompleteEvent,
  ErrorReason,
  EventMap,
  EventType,
  Kind,
  LyricsCompleteEvent,
  Metadata,
  MidiCompleteEvent,
  MidiNote,
  MusicCompleteEvent,
  MusicFirstEvent,
  MusicTextEvent,
  PhraseReadyEvent,
  RecoveryCompleteEvent,
  StemFile,
  Stems,
  StemsCompleteEvent,
  SunoEvent,
  TaskErrorEvent,
  Track,
  UnknownEvent,
  VideoCompleteEvent,
  VoiceReadyEvent,
  WavCompleteEvent,
} from './events.js'

export type { Body, BodyCode, BodyLimits, BodyReader, Delivery, DeliveryHeaders } from './delivery.js'
export { toResponse } from './to-response.js'
export type { Answer } from './to-response.js'
export type { Outcome, RejectionReason, Verdict } from './outcome.js'

export { kieSignature } from './verify/kie-signature.js'
export type { KieSignatureOptions } from './verify/kie-signature.js'
export type { VerificationRequest, Verifier } from './verify/verifier.js'

export { memoryStore } from './stores/memory.js'
export type { MemoryStoreOptions } from './stores/memory.js'
export type { AsyncStore, ClaimResult, IdempotencyStore } from './stores/store.js'

export type { Handoff, StoredDelivery } from './handoff/handoff.js'

export { ConfigurationError, DeliveryError } from './errors.js'
export type { ConfigurationCode, DeliveryCode } from './errors.js'
export type { Logger } from './logger.js'
