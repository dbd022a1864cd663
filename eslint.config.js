import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

export default defineConfig(
  {
    ignores: [
      '**/dist/',
      'coverage/',
      'examples/bullmq/',
      'examples/nest/',
      'test/harness/consumers/',
      'test/harness/bullmq/',
      'test/harness/runtimes/*.{js,mjs}',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      // The project that has all files but those of the page: one compiler for each folder with a project of its own took twice as long.
      parserOptions: { project: 'test/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // `return end()` says the same as two statements, in one line.
      '@typescript-eslint/no-confusing-void-expression': 'off',
    },
  },
  // For a browser.
  {
    files: ['src/inspector/page/**'],
    languageOptions: { parserOptions: { project: 'src/inspector/page/tsconfig.json' } },
  },
  // Plain JavaScript that reads package.json.
  {
    files: ['*.config.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { URL: 'readonly' } },
  },
)
