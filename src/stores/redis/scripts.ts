import { toInteger, toScript } from './script.js'

/** How long a lapsed claim that nobody took is kept for its holder. */
export const LAPSED_MS = 60_000

/** What the claim script answers instead of the rest of a lease. */
export const CLAIMED = 0
export const DONE = -1

const LEFT_OF_LEASE = `redis.call('PTTL', KEYS[1]) - ${String(LAPSED_MS)}`

const SOURCES = {
  claim: `
local mine = 'c' .. ARGV[1]
if redis.call('SET', KEYS[1], mine, 'NX', 'PX', ARGV[2]) then return ${String(CLAIMED)} end
local value = redis.call('GET', KEYS[1])
if value ~= mine then
  if string.sub(value, 1, 1) == 'd' then return ${String(DONE)} end
  local left = ${LEFT_OF_LEASE}
  if left > 0 then return left end
end
redis.call('SET', KEYS[1], mine, 'PX', ARGV[2])
return ${String(CLAIMED)}`,

  complete: `
local value = redis.call('GET', KEYS[1])
if value == 'd' .. ARGV[1] then return 1 end
if value and value ~= 'c' .. ARGV[1] then
  if string.sub(value, 1, 1) == 'd' or ${LEFT_OF_LEASE} > 0 then return 0 end
end
redis.call('SET', KEYS[1], 'd' .. ARGV[1], 'PX', ARGV[2])
return 1`,

  release: `
if redis.call('GET', KEYS[1]) ~= 'c' .. ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`,

  renew: `
if redis.call('GET', KEYS[1]) ~= 'c' .. ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`,

  isDone: `
local value = redis.call('GET', KEYS[1])
if value and string.sub(value, 1, 1) == 'd' then return 1 end
return 0`,
}

/**
 * Each operation is one script over one key, `KEYS[1]`, with the token in `ARGV[1]` and a duration in ms in `ARGV[2]`. It answers an
 * integer. Run twice by one token, it leaves what running it once leaves, so a client may send it again. The key's value is a letter
 * for its state and the token:
 *
 *     c<token> ──────────────────────────────────┐      d<token> ─────────────────┐
 *       │◄──── lease ────►│◄─ LAPSED_MS ────────►│        │◄───── retention ────►│
 *       others wait        others may take it;  expires   others are repeats   expires
 *                          its holder may renew
 *
 * A lapsed claim stays for a while, so that a run whose lease lapsed only because Redis was away finds it still its own.
 */
export const SCRIPTS = {
  claim: toScript('claim', 1, SOURCES.claim, toInteger),
  complete: toScript('complete', 1, SOURCES.complete, toInteger),
  release: toScript('release', 1, SOURCES.release, toInteger),
  renew: toScript('renew', 1, SOURCES.renew, toInteger),
  isDone: toScript('isDone', 1, SOURCES.isDone, toInteger),
}
