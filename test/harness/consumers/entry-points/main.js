// Every entry point that the package names loads in either format, with the same names, without any of the optional packages.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const { exports } = require('suno-callbacks/package.json')
const entryPoints = Object.keys(exports).filter((path) => path !== './package.json')
assert.ok(entryPoints.length > 5)

for (const path of entryPoints) {
  const name = path.replace('.', 'suno-callbacks')
  const imported = namesOf(await import(name))
  assert.notEqual(imported.length, 0, name)
  assert.deepEqual(namesOf(require(name)), imported, name)
  // Not one file for both.
  assert.notEqual(require.resolve(name), fileURLToPath(import.meta.resolve(name)), name)
}
console.log('ok entry-points')

function namesOf(module) {
  return Object.keys(module)
    .filter((name) => !['default', '__esModule', 'module.exports'].includes(name))
    .sort()
}
