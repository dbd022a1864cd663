import type { Command } from '../command.js'
import { archive } from './archive.js'
import { doctor } from './doctor.js'
import { explain } from './explain.js'
import { listen } from './listen.js'
import { provider } from './provider.js'
import { replay } from './replay.js'
import { simulate } from './simulate.js'
import { trigger } from './trigger.js'
import { url } from './url.js'
import { watch } from './watch.js'

/** Every command, in the order of the help. A new one is a file here and a line in this list. */
export const COMMANDS: readonly Command[] = [
  listen,
  provider,
  trigger,
  simulate,
  watch,
  archive,
  replay,
  explain,
  url,
  doctor,
]
