import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
}

/** Compiles sources as if they were modules in the root, so that `suno-callbacks` is the built package by its own name. */
function toProgram(sources: ReadonlyMap<string, string>): ts.Program {
  const byFile = new Map([...sources].map(([name, code]) => [`${ROOT}${name}`, code]))
  const host = ts.createCompilerHost(OPTIONS)
  const withSources: ts.CompilerHost = {
    ...host,
    fileExists: (file) => byFile.has(file) || host.fileExists(file),
    readFile: (file) => byFile.get(file) ?? host.readFile(file),
    getSourceFile: (file, version, ...rest) => {
      const code = byFile.get(file)
      if (code === undefined) return read(file, () => host.getSourceFile(file, version, ...rest))
      return ts.createSourceFile(file, code, version, true)
    },
  }
  const packages = ['bullmq', 'nestjs'].map((name) => `${ROOT}test/readme/${name}.d.ts`)
  return ts.createProgram([...byFile.keys(), ...packages], OPTIONS, withSources)
}

/** The libraries' files, which are the same in every program. */
const files = new Map<string, ts.SourceFile | undefined>()

function read(file: string, parse: () => ts.SourceFile | undefined): ts.SourceFile | undefined {
  if (!files.has(file)) files.set(file, parse())
  return files.get(file)
}

/** What the compiler says of each source, by its name. */
export function diagnose(sources: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const program = toProgram(sources)
  const told = ts.getPreEmitDiagnostics(program)
  const of = (name: string) =>
    told
      .filter(({ file }) => file?.fileName === `${ROOT}${name}`)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  const elsewhere = told.filter(({ file }) => file === undefined || !sources.has(file.fileName.slice(ROOT.length)))
  if (elsewhere.length > 0) throw new Error(ts.formatDiagnostics(elsewhere, HOST))
  return new Map([...sources.keys()].map((name) => [name, of(name)]))
}

/** The members of unions of strings, by name: `{ Kind: "import('suno-callbacks').Kind" }` → `{ Kind: ['music', …] }`. */
export function unionMembers<Name extends string>(types: Readonly<Record<Name, string>>): Record<Name, string[]> {
  const names = Object.keys(types) as Name[]
  const code = names.map((name) => `export type ${name} = ${types[name]}\n`).join('')
  const program = toProgram(new Map([['unions.ts', code]]))
  const checker = program.getTypeChecker()
  const module = program.getSourceFile(`${ROOT}unions.ts`)
  const symbol = module && checker.getSymbolAtLocation(module)
  if (symbol === undefined) throw new Error('The unions do not compile.')
  const found = new Map(
    checker.getExportsOfModule(symbol).map((one) => [one.name, checker.getDeclaredTypeOfSymbol(one)]),
  )
  const membersOf = (name: Name) => {
    const type = found.get(name)
    const parts = type?.isUnion() === true ? type.types : []
    return parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : []))
  }
  return Object.fromEntries(names.map((name) => [name, membersOf(name)])) as Record<Name, string[]>
}

/** The same code without its types, for Node. */
export function toJavaScript(code: string): string {
  const { target, module } = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
  return ts.transpileModule(code, { compilerOptions: { target, module, verbatimModuleSyntax: true } }).outputText
}

const HOST: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (file) => file,
  getCurrentDirectory: () => ROOT,
  getNewLine: () => '\n',
}
