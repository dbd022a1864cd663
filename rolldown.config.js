import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'rolldown'
import { inspectorPage } from './page.config.js'

const { exports, bin } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

/**
 * The entry points, from `exports` of package.json, which is their one list: the name of each and its source file. The compiler has
 * written the types of a source file under its own path.
 */
export const entryPoints = Object.fromEntries(
  Object.values(exports)
    .filter((target) => typeof target === 'object')
    .map(({ import: { types, default: file } }) => [
      file.replace('./dist/esm/', '').replace(/\.js$/, ''),
      types.replace('./dist/esm/types/', '').replace(/\.d\.ts$/, '.ts'),
    ]),
)

/** The programs, from `bin`: `cli` is the folder of the command line. Nobody imports them, so they are ES modules alone. */
export const programs = Object.fromEntries(
  Object.values(bin).map((file) => [basename(file, '.js'), `src/${basename(file, '.js')}/bin.ts`]),
)

/**
 * One file for each entry point and a few that they share, as ES modules and as CommonJS: to load sixty small ones takes Node.js as
 * long as half of zod. Names and comments stay as they are in the sources, so there are no source maps: they were half of the package.
 */
export default defineConfig(
  ['esm', 'cjs'].map((format) => ({
    input: format === 'esm' ? { ...entryPoints, ...programs } : entryPoints,
    external: /^[^./]/,
    platform: 'node',
    plugins: [inspectorPage()],
    output: {
      dir: `dist/${format}`,
      format,
      entryFileNames: '[name].js',
      chunkFileNames: 'shared/[name].js',
      plugins: format === 'cjs' ? [commonJsTypes()] : [],
    },
  })),
)

/** The same declarations, where Node and the compiler take them for CommonJS. */
function commonJsTypes() {
  return {
    name: 'commonjs-types',
    writeBundle() {
      writeFileSync('dist/cjs/package.json', '{"type":"commonjs"}\n')
      cpSync('dist/esm/types', 'dist/cjs/types', { recursive: true })
    },
  }
}
