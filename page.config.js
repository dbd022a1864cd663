import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const FOLDER = new URL('src/inspector/page/', import.meta.url)
const PREACT_LICENSE = new URL('node_modules/preact/LICENSE', import.meta.url)

/** There is no such file: its content is made when it is asked for. */
const MODULE = fileURLToPath(new URL('bundle.js', FOLDER))

/**
 * A plugin of rolldown and of vite: it makes `src/inspector/page/bundle.js`, which is declared by `bundle.d.ts`, of the sources of the
 * inspector's page. So the build and the tests have the same page, and no made file stands among the sources.
 */
export function inspectorPage() {
  return {
    name: 'inspector-page',
    enforce: 'pre',
    resolveId: (source) => (source.endsWith('/page/bundle.js') ? MODULE : null),
    async load(id) {
      if (id !== MODULE) return null
      const { code, sources } = await bundleScript()
      const styles = readStyles()
      for (const source of sources) this.addWatchFile(source)
      return {
        code: toModule({ html: document(code, styles), scriptHashes: [hash(code)], styleHashes: [hash(styles)] }),
        map: NO_MAP,
      }
    },
  }
}

/** So that the source map of the package does not have the page once more. */
const NO_MAP = { mappings: '' }

function toModule(values) {
  return Object.entries(values)
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`)
    .join('')
}

/** The script, as one that needs no module, and the files that it is made of. */
async function bundleScript() {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('main.tsx', FOLDER)),
    platform: 'browser',
    tsconfig: fileURLToPath(new URL('tsconfig.json', FOLDER)),
  })
  const { output } = await bundle.generate({ format: 'iife', minify: true, comments: false })
  await bundle.close()
  const [{ code, moduleIds }] = output
  // Neither may stand in an inline script: the one would end it, the other begin a comment.
  const safe = code.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
  return { code: safe, sources: moduleIds }
}

/** All files in the order of their names, without comments and superfluous blanks. */
function readStyles() {
  const folder = new URL('styles/', FOLDER)
  const files = readdirSync(folder)
    .sort()
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  return files
    .join('\n')
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\s*([{};,])\s*/g, '$1')
    .trim()
}

/** The page contains Preact: its license wants to be named. */
function document(script, styles) {
  const license = readFileSync(PREACT_LICENSE, 'utf8').trim().replaceAll('--', '- -')
  const template = readFileSync(new URL('index.html', FOLDER), 'utf8').replaceAll(/\n\s*/g, ' ')
  return template
    .replace('<!doctype html>', () => `<!doctype html>\n<!--\nContains Preact.\n\n${license}\n-->\n`)
    .replace('<!-- styles -->', () => `<style>${styles}</style>`)
    .replace('<!-- script -->', () => `<script>${script}</script>`)
}

function hash(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
