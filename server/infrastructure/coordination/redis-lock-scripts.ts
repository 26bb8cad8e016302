import type { Redis } from 'ioredis';
import { lockAgeingMs } from '../../domain/lock.ts';

/**
 * The scripts of the fair lock. Each is one atomic step on the server, judged by the server's clock. All keys share one hash
 * tag: several resources are taken in one step, so a cluster has to keep them in one slot (docs/decisions). Under the prefix:
 *
 *   r:<id>        the request, alive for as long as its process says so; without it whatever names the id counts as gone
 *   q:<resource>  who waits, by rank        h:<resource>  the id of who holds
 *   active        resources with a holder or a queue        clock  the last arrival, so that no two are equal
 *   nested        there while a flow has more than one request: only then a circle is looked for
 */
const prelude = `
local P = KEYS[1]
local SPARE = 60000

local function micros()
  local t = redis.call('TIME')
  return t[1] * 1000000 + t[2]
end
local function whole(number) return string.format('%.0f', number) end
local function requestKey(id) return P .. 'r:' .. id end
local function alive(id) return redis.call('EXISTS', requestKey(id)) == 1 end
local function longer(key, ms)
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end

local function holderOf(resource)
  local id = redis.call('GET', P .. 'h:' .. resource)
  if id and not alive(id) then
    redis.call('DEL', P .. 'h:' .. resource)
    return false
  end
  return id
end

local function firstOf(resource)
  while true do
    local id = redis.call('ZRANGE', P .. 'q:' .. resource, 0, 0)[1]
    if not id then return false end
    if alive(id) then return id end
    redis.call('ZREM', P .. 'q:' .. resource, id)
  end
end

-- The first of the queue gets what it asks for when all of it is free and it is first everywhere.
local function advance(resource)
  local id = firstOf(resource)
  if not id then
    if not holderOf(resource) then redis.call('ZREM', P .. 'active', resource) end
    return
  end
  local found = redis.call('HMGET', requestKey(id), 'resources', 'node', 'confirm')
  local resources = cjson.decode(found[1])
  for _, name in ipairs(resources) do
    if holderOf(name) or firstOf(name) ~= id then return end
  end
  for _, name in ipairs(resources) do
    redis.call('ZREM', P .. 'q:' .. name, id)
    redis.call('SET', P .. 'h:' .. name, id, 'PX', found[3] + SPARE)
  end
  redis.call('HSET', requestKey(id), 'state', 'held', 'since', whole(micros()))
  redis.call('PEXPIRE', requestKey(id), found[3])
  redis.call('PUBLISH', P .. 'to:' .. found[2], 'granted ' .. id)
end

local function leave(id, resources)
  redis.call('DEL', requestKey(id))
  for _, name in ipairs(resources) do
    if redis.call('GET', P .. 'h:' .. name) == id then redis.call('DEL', P .. 'h:' .. name) end
    redis.call('ZREM', P .. 'q:' .. name, id)
  end
  for _, name in ipairs(resources) do advance(name) end
end

-- Milliseconds until somebody this request waits for counts as gone, unless heard of; -1 when there is nobody.
local function untilNews(id, resources)
  local soonest = -1
  for _, name in ipairs(resources) do
    for _, other in ipairs({ holderOf(name) or '', firstOf(name) or '' }) do
      if other ~= '' and other ~= id then
        local left = redis.call('PTTL', requestKey(other))
        if left >= 0 and (soonest < 0 or left < soonest) then soonest = left end
      end
    end
  end
  return soonest
end
`;

const scripts = {
  // id owner node resources priority arrival('' for now) waitTtl confirmTtl nested -> held, arrival, nested, until news
  lockEnter: `
local id, resources = ARGV[1], cjson.decode(ARGV[4])
if not alive(id) then
  local last = tonumber(redis.call('GET', P .. 'clock') or '0')
  local stamp = math.max(micros(), last + 1)
  redis.call('SET', P .. 'clock', whole(stamp), 'PX', 86400000)
  local arrival = stamp
  if ARGV[6] ~= '' then arrival = tonumber(ARGV[6]) end
  redis.call('HSET', requestKey(id), 'owner', ARGV[2], 'node', ARGV[3], 'resources', ARGV[4], 'priority', ARGV[5],
    'arrival', whole(arrival), 'confirm', ARGV[8], 'state', 'waiting')
  redis.call('PEXPIRE', requestKey(id), ARGV[7])
  for _, name in ipairs(resources) do
    redis.call('ZADD', P .. 'q:' .. name, whole(arrival - ARGV[5] * ${lockAgeingMs * 1000}), id)
    longer(P .. 'q:' .. name, ARGV[7] + SPARE)
    redis.call('ZADD', P .. 'active', 0, name)
  end
  longer(P .. 'active', ARGV[7] + SPARE)
  if ARGV[9] == '1' then redis.call('SET', P .. 'nested', '1', 'PX', ARGV[7]) end
  advance(resources[1])
end
local found = redis.call('HMGET', requestKey(id), 'state', 'arrival')
local held = found[1] == 'held' and 1 or 0
return { held, found[2], redis.call('EXISTS', P .. 'nested'), held == 1 and -1 or untilNews(id, resources) }`,

  // id resources
  lockLeave: `leave(ARGV[1], cjson.decode(ARGV[2]))`,

  // id ttl, again and again -> the ids that are lost
  lockRenew: `
local gone = {}
for i = 1, #ARGV, 2 do
  local found = redis.call('HMGET', requestKey(ARGV[i]), 'state', 'resources')
  if found[1] == 'held' then
    redis.call('PEXPIRE', requestKey(ARGV[i]), ARGV[i + 1])
    for _, name in ipairs(cjson.decode(found[2])) do
      longer(P .. 'h:' .. name, ARGV[i + 1] + SPARE)
      redis.call('ZADD', P .. 'active', 0, name)
    end
    longer(P .. 'active', ARGV[i + 1] + SPARE)
  else
    gone[#gone + 1] = ARGV[i]
  end
end
return gone`,

  // waitTtl nested ids… -> until news, whether a circle is to be looked for, the granted, the forgotten
  lockTend: `
local soonest, granted, forgotten = -1, {}, {}
if ARGV[2] == '1' then redis.call('SET', P .. 'nested', '1', 'PX', ARGV[1]) end
for i = 3, #ARGV do
  local id = ARGV[i]
  local found = redis.call('HMGET', requestKey(id), 'state', 'resources')
  if not found[1] then
    forgotten[#forgotten + 1] = id
  else
    local resources = cjson.decode(found[2])
    if found[1] == 'waiting' then
      redis.call('PEXPIRE', requestKey(id), ARGV[1])
      for _, name in ipairs(resources) do longer(P .. 'q:' .. name, ARGV[1] + SPARE) end
      longer(P .. 'active', ARGV[1] + SPARE)
      for _, name in ipairs(resources) do advance(name) end
    end
    if redis.call('HGET', requestKey(id), 'state') == 'held' then
      granted[#granted + 1] = id
    else
      local left = untilNews(id, resources)
      if left >= 0 and (soonest < 0 or left < soonest) then soonest = left end
    end
  end
end
return { soonest, redis.call('EXISTS', P .. 'nested'), granted, forgotten }`,

  // resource -> the holder's id, owner, resources, priority, arrival, since, or nothing
  lockForce: `
local id = holderOf(ARGV[1])
if not id then return {} end
local found = redis.call('HMGET', requestKey(id), 'owner', 'resources', 'priority', 'arrival', 'since', 'node')
local answer = { id, found[1], found[2], found[3], found[4], found[5], whole(micros()) }
leave(id, cjson.decode(found[2]))
redis.call('PUBLISH', P .. 'to:' .. found[6], 'forced ' .. id)
return answer`,

  // victim circle(json) members… -> 1 when the circle still stood and is open now
  lockBreak: `
for i = 3, #ARGV do
  if not alive(ARGV[i]) then return 0 end
end
local found = redis.call('HMGET', requestKey(ARGV[1]), 'state', 'resources', 'node')
if found[1] ~= 'waiting' then return 0 end
leave(ARGV[1], cjson.decode(found[2]))
redis.call('PUBLISH', P .. 'to:' .. found[3], 'deadlock ' .. ARGV[1] .. ' ' .. ARGV[2])
return 1`,

  // -> now, then per active resource: its name, the holder (flat, or empty), the waiters (each flat)
  lockSnapshot: `
local answer = { whole(micros()) }
local function told(id)
  local found = redis.call('HMGET', requestKey(id), 'owner', 'resources', 'priority', 'arrival', 'since')
  return { id, found[1], found[2], found[3], found[4], found[5] or '', redis.call('PTTL', requestKey(id)) }
end
for _, name in ipairs(redis.call('ZRANGE', P .. 'active', 0, -1)) do
  local holder, waiters = holderOf(name), {}
  for _, id in ipairs(redis.call('ZRANGE', P .. 'q:' .. name, 0, -1)) do
    if alive(id) then waiters[#waiters + 1] = told(id) end
  end
  if holder or #waiters > 0 then answer[#answer + 1] = { name, holder and told(holder) or {}, waiters } end
end
return answer`,
} as const;

export type LockScript = keyof typeof scripts;

/** Runs one script on the keys under `prefix`; by its digest, and whole where the server does not know it (any more). */
export type RunScript = (script: LockScript, ...given: (string | number)[]) => Promise<unknown>;

export function lockScripts(redis: Redis, prefix: string): RunScript {
  for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(name, { numberOfKeys: 1, lua: prelude + lua });
  const commands = redis as unknown as Record<LockScript, (...given: (string | number)[]) => Promise<unknown>>;
  return (script, ...given) => commands[script](prefix, ...given);
}
