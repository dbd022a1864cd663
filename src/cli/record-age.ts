import { isObject } from '../events/values.js'

/**
 * When a task was made, as its record says: as Unix time in ms, or as ISO 8601 in UTC. Null for what is not there, or is of a time zone
 * that nobody knows (`2025-01-01 00:00:00`).
 */
export function createdAtOf(record: unknown): Date | null {
  const data = isObject(record) && isObject(record.data) ? record.data : {}
  const { createTime } = data
  const isUtc = typeof createTime === 'number' || (typeof createTime === 'string' && createTime.endsWith('Z'))
  const date = isUtc ? new Date(createTime) : null
  return date === null || Number.isNaN(date.getTime()) ? null : date
}
