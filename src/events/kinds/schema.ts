import * as z from 'zod/mini'
import { isBlank, isObject } from '../values.js'

/**
 * What the schemas of the documented callbacks are made of; each kind has its own in its file. They give the types of raw bodies, what
 * an unknown body lacks, and the check that our samples are what the pages say. The readers do not ask them: a body is read as far as
 * it can be. An object may have fields that are not documented.
 */

/** The callback of a success, around what the kind sends as `data`. */
export function success<Data extends z.ZodMiniType>(data: Data) {
  return z.object({ code: z.literal(200), msg: z.string(), data })
}

/** The callback of a failure. The codes differ by kind and provider, and their list is not closed. */
export function failure<Data extends z.ZodMiniType>(data: Data) {
  return z.object({ code: z.number().check(z.gte(400, 'a number from 400 on')), msg: z.string(), data })
}

/** What a success is about: there, and not the empty string that stands for nothing. */
export function filledText() {
  return z.string().check(z.regex(/\S/, 'a string that is not blank'))
}

/** A field that may be left out, null or empty. */
export function optionalText() {
  return z.nullish(z.string())
}

/** A list with an item that has a value in at least one of these fields. */
export function arrayWith<Item extends z.ZodMiniType<object>>(
  item: Item,
  fields: readonly (keyof z.infer<Item> & string)[],
) {
  return z
    .array(item)
    .check(
      z.refine(
        (items) => items.some((one) => hasValue(one, fields)),
        `a list with an item that has ${fields.join(' or ')}`,
      ),
    )
}

/** At least one of the fields has a value. */
export function someOf<Field extends string>(fields: readonly Field[], expected: string) {
  return z.refine<Readonly<Partial<Record<Field, unknown>>>>((object) => hasValue(object, fields), expected)
}

/** One of two fields, which the providers spell or name differently, has a value. Told whatever else is wrong with the object. */
export function eitherOf<Field extends string>(field: Field, other: Field) {
  return z.refine<Readonly<Partial<Record<Field, unknown>>>>((object) => hasValue(object, [field, other]), {
    error: `a value, here or as ${other}`,
    path: [field],
    when: ({ value }) => isObject(value),
  })
}

function hasValue<Field extends string>(object: Readonly<Partial<Record<Field, unknown>>>, fields: readonly Field[]) {
  return fields.some((field) => !isBlank(object[field]))
}
