/** That of the package. A test compares it with package.json, which no bundler of an app keeps in reach. */
export const VERSION = '0.1.0'
