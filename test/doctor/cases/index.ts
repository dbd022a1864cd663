import type { Symptom } from '../symptoms.js'
import { httpSymptoms } from './http.js'
import { networkSymptoms } from './network.js'
import { probeSymptoms } from './probe.js'
import { providerSymptoms } from './provider.js'
import { tlsSymptoms } from './tls.js'

export const SYMPTOMS: readonly Symptom[] = [
  ...networkSymptoms,
  ...tlsSymptoms,
  ...httpSymptoms,
  ...probeSymptoms,
  ...providerSymptoms,
]
