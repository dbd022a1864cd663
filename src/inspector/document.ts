import { html, scriptHashes, styleHashes } from './page/bundle.js'

/** The document as the server needs it. */
export interface PageDocument {
  readonly html: string
  /** `sha256-…` of each inline script and style, for the content security policy. */
  readonly scriptHashes: readonly string[]
  readonly styleHashes: readonly string[]
}

/** One document, everything inline. */
export const PAGE: PageDocument = { html, scriptHashes, styleHashes }
