import { expect, test } from 'vitest'
import { diagnose } from './compile.js'
import { snippets } from './pages.js'

test('every code block of the pages compiles against the package by its own name', () => {
  const code = snippets.filter(({ language }) => language === 'ts' || language === 'js')
  expect(code.length).toBeGreaterThan(20)
  const sources = new Map(code.map(({ name, prelude, code }) => [`${name}.ts`, `${prelude}\n${code}`]))
  const told = diagnose(new Map([...sources, ['app.module.ts', 'export class AppModule {}']]))
  expect(Object.fromEntries([...told].filter(([, messages]) => messages.length > 0))).toEqual({})
}, 60_000)
