import { corpus } from './corpus.js'
import type { Dice } from './dice.js'
import { mutateBytes } from './mutate-bytes.js'
import { mutateText } from './mutate-text.js'
import { mutateTree } from './mutate-tree.js'

/** A real body of the task, changed in none, one or all of three ways: as a tree of values, as text, and as bytes. */
export function makeBody(taskId: string, dice: Dice): Buffer {
  const [inTree, inText, inBytes] = dice.weigh(WAYS)
  let tree: unknown = JSON.parse(ofTask(dice.pick(corpus), dice.hits(0.9) ? taskId : null))
  for (let left = inTree && 1 + dice.below(4); left > 0; left--) tree = mutateTree(tree, dice)
  // What is undefined has no JSON.
  let text = (JSON.stringify(tree) as string | undefined) ?? ''
  for (let left = inText && 1 + dice.below(3); left > 0; left--) text = mutateText(text, dice)
  let bytes: Buffer = Buffer.from(text)
  for (let left = inBytes && 1 + dice.below(3); left > 0; left--) {
    bytes = mutateBytes(bytes, Buffer.from(dice.pick(corpus)), dice)
  }
  return bytes
}

type Ways = readonly [inTree: 0 | 1, inText: 0 | 1, inBytes: 0 | 1]

const WAYS: readonly (readonly [number, Ways])[] = [
  [15, [0, 0, 0]],
  [45, [1, 0, 0]],
  [15, [0, 1, 0]],
  [10, [1, 1, 0]],
  [10, [0, 0, 1]],
  [5, [1, 1, 1]],
]

/** The id in all its places and spellings, so that the event is a new one; null leaves the body's own. */
function ofTask(text: string, taskId: string | null): string {
  if (taskId === null) return text
  return text.replace(/"(task_id|taskId)":"[^"]*"/g, (_, name: string) => `"${name}":${JSON.stringify(taskId)}`)
}
