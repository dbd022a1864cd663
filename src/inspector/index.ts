export { inspector } from './inspector.js'
export type { Inspector } from './inspector.js'
export type { InspectedReceiver, InspectorOptions } from './inspector-options.js'
export type { Authorize, AuthorizeRequest } from './http/page-request.js'
