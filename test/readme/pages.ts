import { readdirSync, readFileSync } from 'node:fs'

/**
 * The README and the pages of the folders, as the tests see them. HTML comments, which readers do not see, prepare what stands
 * behind them; their names are unique over all pages:
 *
 *     <!-- name: quick-start -->       the name of the next code block
 *     <!-- prelude: declare … -->      what the next code block takes for granted, as TypeScript
 *     <!-- table: options -->          the name of the next table
 */
export interface Page {
  /** From the root, such as `src/stores/README.md`. */
  readonly path: string
  readonly text: string
}

const ROOT = new URL('../../', import.meta.url)

/** The pages of the root first, then those of the folders. */
export const pages: readonly Page[] = [
  ...list('.', false).filter((path) => path.endsWith('.md')),
  ...['adapters', 'src', 'examples', 'test'].flatMap((folder) => list(folder, true).filter(isRoom)),
].map((path) => ({ path, text: readFileSync(new URL(path, ROOT), 'utf8') }))

/** What npm shows. */
export const README = page('README.md').text

/** All pages as one text, to search in. */
export const ALL = pages.map(({ text }) => text).join('\n')

export interface Snippet {
  /** Its name, or the page and line at which it begins. */
  readonly name: string
  readonly language: string
  readonly prelude: string
  readonly code: string
}

export const snippets: readonly Snippet[] = pages.flatMap(snippetsOf)

export function page(path: string): Page {
  const found = pages.find((one) => one.path === path)
  if (found === undefined) throw new Error(`There is no page ${path}.`)
  return found
}

export function snippet(name: string): Snippet {
  const found = snippets.find((one) => one.name === name)
  if (found === undefined) throw new Error(`No page has a code block named ${name}.`)
  return found
}

/** The rows of a table, each a list of cells, without the head; of the pages or of another text that names its tables so. */
export function table(name: string, text = ALL): readonly (readonly string[])[] {
  const start = text.indexOf(`<!-- table: ${name} -->`)
  if (start === -1) throw new Error(`There is no table named ${name}.`)
  const lines = text.slice(start).split('\n').slice(1)
  const first = lines.findIndex((line) => line.startsWith('|'))
  const length = lines.slice(first).findIndex((line) => !line.startsWith('|'))
  return lines.slice(first + 2, first + length).map((line) => {
    const cells = line.split('|').slice(1, -1)
    return cells.map((cell) => cell.trim())
  })
}

/** What stands in `code marks` in a cell. */
export function words(cell: string | undefined): readonly string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
}

/** The first word of each row: what the table is about. */
export function subjects(name: string): readonly string[] {
  return table(name).map(([cell]) => words(cell)[0] ?? '')
}

/** The names that the comments of the pages give, of code blocks or of tables; one that is given twice is there twice. */
export function namesOf(what: 'name' | 'table'): readonly string[] {
  return [...ALL.matchAll(new RegExp(`<!-- ${what}: (\\S+) -->`, 'g'))].map(([, name = '']) => name)
}

/** The chapters of a page, as its links name them. */
export function chaptersOf({ text }: Page): readonly string[] {
  const slug = (title: string) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-')
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => slug(title))
}

/** The targets of the links of a page. */
export function linksOf({ text }: Page): readonly string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
}

function withoutCode(text: string): string {
  return text.replace(/^```\w+\n.*?^```$/gms, '')
}

function snippetsOf({ path, text }: Page): readonly Snippet[] {
  return [...text.matchAll(/((?:<!--.*?-->\s*)*)^```(\w+)\n(.*?)^```$/gms)].map(
    ({ index, 0: all, 1: comments = '', 2: language = '', 3: code = '' }) => ({
      name: comment(comments, 'name') ?? placeOf(path, text.slice(0, index + all.indexOf('```'))),
      language,
      prelude: comment(comments, 'prelude') ?? '',
      code,
    }),
  )
}

/** Without slashes, because it is compiled as a file in the root. */
function placeOf(path: string, before: string): string {
  return `${path.replaceAll('/', '-')} line ${String(before.split('\n').length)}`
}

function comment(comments: string, name: string): string | undefined {
  return new RegExp(`<!-- ${name}:\\s*(.*?)\\s*-->`, 's').exec(comments)?.[1]
}

function list(folder: string, recursive: boolean): readonly string[] {
  const names = readdirSync(new URL(folder, ROOT), { recursive, encoding: 'utf8' })
  return names.map((name) => (folder === '.' ? name : `${folder}/${name}`)).sort()
}

function isRoom(path: string): boolean {
  return path.endsWith('/README.md') && !path.includes('node_modules')
}
