/** An empty variable is an unset one: that is how shells and container files write it. So is one that Deno has no leave to read. */
export function environment(name: string): string | undefined {
  try {
    return process.env[name]?.trim() === '' ? undefined : process.env[name]
  } catch {
    return undefined
  }
}
