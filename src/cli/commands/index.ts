import type { Command } from '../command.js'
import { explain } from './explain.js'
import { url } from './url.js'

/** Every command, in the order of the help. A new one is a file here and a line in this list. */
export const COMMANDS: readonly Command[] = [explain, url]
