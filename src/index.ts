export { SunoCallbacks } from './suno-callbacks.js'
export type { SunoCallbacksOptions } from './options/options.js'
export type { CallbackUrlOptions } from './verify/create-callback-url.js'
export type { TaskName } from './polling/task-list.js'
export type { Listener, ListenerContext, ListenerOf, OutcomeListener, SubscriptionName } from './listeners/listener.js'

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
  Source,
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
} from './events/types.js'
export type { RawBody } from './events/kinds/index.js'

export type {
  Body,
  BodyCode,
  BodyLimits,
  BodyReader,
  Delivery,
  DeliveryHeaders,
  ParsedBody,
  WaitUntil,
} from './delivery/delivery.js'
export { toResponse } from './outcome/to-response.js'
export type { Answer } from './outcome/to-response.js'
export type { Outcome, ProbeOutcome } from './outcome/outcome.js'
export type { RejectionReason } from './outcome/result.js'

export { kieSignature } from './verify/kie-signature.js'
export type { KieSignatureOptions } from './verify/kie-signature.js'
export type { VerificationRequest, Verifier } from './verify/verifier.js'

export { memoryStore } from './stores/memory/index.js'
export type { MemoryStoreOptions } from './stores/memory/index.js'
export type { AsyncStore, ClaimResult, IdempotencyStore } from './stores/store.js'

export type { HandleRequest } from './delivery/handle-body.js'
export type { Handoff, StoredDelivery } from './handoff/handoff.js'

export { ConfigurationError, DeliveryError } from './errors/errors.js'
export type { ConfigurationCode, DeliveryCode } from './errors/errors.js'
export type { Logger } from './log/logger.js'
