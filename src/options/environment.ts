/** An empty variable is an unset one: that is how shells and container files write it. */
export function environment(name: string): string | undefined {
  return process.env[name]?.trim() === '' ? undefined : process.env[name]
}
