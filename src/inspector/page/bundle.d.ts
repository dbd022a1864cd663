/**
 * The page as one document, with its script and its styles inline. There is no source file of it: page.config.js makes it of this
 * folder, for the build and for the tests.
 */
export declare const html: string

/** `sha256-…` in base64 of each inline script, for the content security policy. */
export declare const scriptHashes: readonly string[]

/** The same of each inline style. */
export declare const styleHashes: readonly string[]
