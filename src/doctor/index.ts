export { diagnose } from './diagnose.js'
export type { Diagnosis } from './diagnose.js'
export type { DiagnoseOptions, Lookup } from './diagnose-options.js'
export type { Check, CheckId, CheckStatus } from './check.js'
