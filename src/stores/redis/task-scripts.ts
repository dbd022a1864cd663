import { toInteger, toScript, toTexts } from './script.js'

/** In ms, to the microsecond. What a script writes is replicated as it was written, so a replica asks no clock. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000`

/** Lua's own conversion would keep 14 digits of a time. */
const SET_DUE = `
local function setDue(id, ms) redis.call('ZADD', KEYS[1], string.format('%.3f', ms), id) end`

const READ = `
local function read(value) return string.match(value, '^(%d+) (%S*) (%S+) (.*)$') end`

const ADD = `${NOW}${SET_DUE}${READ}
local id, metadata, submittedAt, delay = unpack(ARGV)
local value = redis.call('HGET', KEYS[2], id)
if not value then
  redis.call('HSET', KEYS[2], id, '0  ' .. submittedAt .. ' ' .. metadata)
  setDue(id, now + delay)
  return 1
end
local takes, lend, before, known = read(value)
if known == '{}' then redis.call('HSET', KEYS[2], id, table.concat({takes, lend, before, metadata}, ' ')) end
return 0`

const TAKE = `${NOW}${SET_DUE}${READ}
local limit, lease, lend = unpack(ARGV)
local lent = {}
for _, id in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
  local value = redis.call('HGET', KEYS[2], id)
  if value and select(2, read(value)) == lend then
    lent[#lent + 1] = id
    lent[#lent + 1] = value
  end
end
if redis.call('EXISTS', KEYS[3]) == 1 then return lent end
local due = redis.call('ZRANGE', KEYS[1], '-inf', string.format('%.3f', now), 'BYSCORE', 'LIMIT', 0, limit)
for _, id in ipairs(due) do
  local value = redis.call('HGET', KEYS[2], id)
  if value then
    local takes, _, submittedAt, metadata = read(value)
    value = table.concat({string.format('%d', takes + 1), lend, submittedAt, metadata}, ' ')
    redis.call('HSET', KEYS[2], id, value)
    setDue(id, now + lease)
    redis.call('RPUSH', KEYS[3], id)
    lent[#lent + 1] = id
    lent[#lent + 1] = value
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
if #lent > 0 then redis.call('PEXPIRE', KEYS[3], math.max(1, math.ceil(lease))) end
return lent`

const POSTPONE = `${NOW}${SET_DUE}${READ}
local id, lend, delay = unpack(ARGV)
local value = redis.call('HGET', KEYS[2], id)
if not value or lend == '' then return 0 end
local takes, holder, submittedAt, metadata = read(value)
if holder ~= lend then return 0 end
redis.call('HSET', KEYS[2], id, takes .. '  ' .. submittedAt .. ' ' .. metadata)
setDue(id, now + delay)
return 1`

/**
 * The tasks of a list are two keys in one slot of a cluster, and each call is one script over both:
 *
 *     KEYS[1]  sorted set   id → when the task is due or its lease lapses, in ms of the server's clock
 *     KEYS[2]  hash         id → '<takes> <lend> <submittedAt> <metadata as JSON>'; no lend while nobody has the task
 *     KEYS[3]  list         the ids that one `take` has lent: sent again by a client, it answers them again, and lends no more
 *
 * The sorted set finds what is due by its order, so `take` does not look at what is not.
 */
export const TASK_SCRIPTS = {
  /** Of the id, the metadata, submittedAt and the delay. */
  add: toScript('add', 2, ADD, toInteger),
  /** Of the limit, the lease and the lend. Answers an id and its value by turns. */
  take: toScript('take', 3, TAKE, toTexts),
  /** Of the id, the lend and the delay. */
  postpone: toScript('postpone', 2, POSTPONE, toInteger),
  /** Of the id. */
  remove: toScript(
    'remove',
    2,
    `redis.call('ZREM', KEYS[1], ARGV[1]) return redis.call('HDEL', KEYS[2], ARGV[1])`,
    toInteger,
  ),
  size: toScript('size', 2, `return redis.call('HLEN', KEYS[2])`, toInteger),
}
