import { createHash } from 'node:crypto';

/** A Lua script and the SHA-1 by which the server knows it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/*
 * The scripts for single operations take the key as KEYS[1] and their notice as ARGV[1..3]: how ('n' no notice, 'p'
 * prefix and what was written, 'f' fixed payload), channel, prefix or payload. The reading command comes first, so
 * that a key of another kind ends the script before anything is written.
 */
const tell = `local function tell(written)
  if ARGV[1] == 'p' then redis.call('PUBLISH', ARGV[2], ARGV[3] .. written)
  elseif ARGV[1] == 'f' then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
end
`;

/** ARGV[4] the value, ARGV[5] 1 for onlyIfAbsent, ARGV[6] expiry in ms or ''. Gives what was found, or nil. */
const set = script(`${tell}if ARGV[5] == '1' then
  local found = redis.call('GET', KEYS[1])
  if found then return found end
end
if ARGV[6] == '' then redis.call('SET', KEYS[1], ARGV[4])
else redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[6]) end
tell(ARGV[4])
return false`);

/** ARGV[4] the field, ARGV[5] the value, ARGV[6] 1 for onlyIfAbsent. Gives what was found, or nil. */
const setField = script(`${tell}if ARGV[6] == '1' then
  if redis.call('HSETNX', KEYS[1], ARGV[4], ARGV[5]) == 0 then return redis.call('HGET', KEYS[1], ARGV[4]) end
else redis.call('HSET', KEYS[1], ARGV[4], ARGV[5]) end
tell(ARGV[5])
return false`);

/** ARGV[4…] the members. Gives how many were new. */
const add = script(`local added = 0
local how, channel, text = ARGV[1], ARGV[2], ARGV[3]
for i = 4, #ARGV do
  if redis.call('ZADD', KEYS[1], 0, ARGV[i]) == 1 then
    added = added + 1
    if how == 'p' then redis.call('PUBLISH', channel, text .. ARGV[i]) end
  end
end
if added > 0 and how == 'f' then redis.call('PUBLISH', channel, text) end
return added`);

/** Gives the Redis type and what telescope state wants of it. */
const entry = script(`local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'zset' then return {kind, redis.call('ZRANGE', KEYS[1], -1, -1)[1]}
elseif kind == 'string' then return {kind, redis.call('GET', KEYS[1])}
elseif kind == 'hash' then return {kind, redis.call('HGETALL', KEYS[1])}
end
return {kind}`);

/*
 * Everything else: conditions and operations, encoded by batch.ts. First all conditions, then the kind of every key
 * as the operations would find it, then the writes, then the notices. Where an operation may or may not have emptied
 * a key that a later one uses as another kind, only doing it tells: the keys are dumped first and restored if it fails.
 */
const batch = script(`local at = 0
local function take()
  at = at + 1
  return ARGV[at]
end
local kinds = {}
local function kindOf(key)
  local kind = kinds[key]
  if not kind then
    kind = redis.call('TYPE', key).ok
    kinds[key] = kind
  end
  return kind
end

for i = 1, tonumber(take()) do
  local what, key = take(), KEYS[tonumber(take())]
  local kind = kindOf(key)
  local holds
  if what == 'absent' then holds = kind == 'none'
  elseif what == 'equals' then
    local value = take()
    holds = kind == 'string' and redis.call('GET', key) == value
  elseif what == 'field-absent' then
    local field = take()
    holds = kind ~= 'hash' or redis.call('HEXISTS', key, field) == 0
  elseif what == 'field-equals' then
    local field, value = take(), take()
    holds = kind == 'hash' and redis.call('HGET', key, field) == value
  else
    local revision = tonumber(take())
    holds = (kind == 'list' and redis.call('LLEN', key) or 0) == revision
  end
  if not holds then return {0, i - 1} end
end

local needs = {['set-field'] = 'hash', ['delete-field'] = 'hash', add = 'zset', trim = 'zset',
  ['set-add'] = 'set', ['set-remove'] = 'set', push = 'list', pop = 'list', drain = 'list'}
local fills = {['set-field'] = true, add = true, ['set-add'] = true, push = true}

local operations = {}
for i = 1, tonumber(take()) do
  local op = {what = take(), key = KEYS[tonumber(take())], how = take()}
  if op.how ~= 'n' then op.channel, op.text = take(), take() end
  local count = tonumber(take())
  op.first, op.last = at + 1, at + count
  at = at + count
  operations[i] = op
  if op.what == 'set' then op.only, op.expire = ARGV[op.first + 1] == '1', ARGV[op.first + 2]
  elseif op.what == 'set-field' then op.only = ARGV[op.first + 2] == '1' end
  op.need = needs[op.what] or (op.what == 'set' and op.only and 'string') or nil
end

local unsure, risky = {}, false
for i, op in ipairs(operations) do
  local key = op.key
  local kind = kindOf(key)
  if op.need and kind ~= 'none' and kind ~= op.need then
    if not unsure[key] then return {2, i - 1} end
    risky = true
  end
  if op.what == 'delete' or op.what == 'drain' then kinds[key], unsure[key] = 'none', nil
  elseif op.what == 'set' then kinds[key], unsure[key] = 'string', nil
  elseif fills[op.what] then
    if op.last >= op.first then kinds[key], unsure[key] = op.need, nil end
  elseif kind ~= 'none' then unsure[key] = true end
end

local saved = {}
if risky then
  for _, op in ipairs(operations) do
    if saved[op.key] == nil then
      saved[op.key] = {redis.call('DUMP', op.key), math.max(redis.call('PTTL', op.key), 0)}
    end
  end
end
local function restore()
  for key, copy in pairs(saved) do
    redis.call('DEL', key)
    if copy[1] then redis.call('RESTORE', key, copy[2], copy[1]) end
  end
end

local notices = {}
local function notice(op, written)
  notices[#notices + 1] = {op.channel, op.how == 'p' and op.text .. (written or '') or op.text}
end

local function each(op, command, ...)
  local changed = 0
  if op.how == 'p' and command ~= 'SREM' then
    for i = op.first, op.last do
      local args = {...}
      args[#args + 1] = ARGV[i]
      local new = command == 'RPUSH' and 1 or 0
      local reply = redis.call(command, op.key, unpack(args))
      if command ~= 'RPUSH' then new = reply end
      changed = changed + new
      if new == 1 then notice(op, ARGV[i]) end
    end
    return changed
  end
  for from = op.first, op.last, 1000 do
    local args = {}
    local to = math.min(from + 999, op.last)
    for i = from, to do
      if command == 'ZADD' then args[#args + 1] = 0 end
      args[#args + 1] = ARGV[i]
    end
    local reply = redis.call(command, op.key, unpack(args))
    changed = changed + (command == 'RPUSH' and to - from + 1 or reply)
  end
  if changed > 0 and op.how ~= 'n' then notice(op) end
  return changed
end

local done = {
  set = function(op)
    if op.only then
      local found = redis.call('GET', op.key)
      if found then return {0, found} end
    end
    local value = ARGV[op.first]
    if op.expire == '' then redis.call('SET', op.key, value)
    else redis.call('SET', op.key, value, 'PX', op.expire) end
    return 1, value
  end,
  ['set-field'] = function(op)
    local field, value = ARGV[op.first], ARGV[op.first + 1]
    if not op.only then redis.call('HSET', op.key, field, value)
    elseif redis.call('HSETNX', op.key, field, value) == 0 then return {0, redis.call('HGET', op.key, field)} end
    return 1, value
  end,
  ['delete-field'] = function(op) return redis.call('HDEL', op.key, ARGV[op.first]) end,
  trim = function(op)
    local below, keep = ARGV[op.first], ARGV[op.first + 1]
    local changed = 0
    if below ~= '' then changed = redis.call('ZREMRANGEBYLEX', op.key, '-', below) end
    if keep ~= '' then changed = changed + redis.call('ZREMRANGEBYRANK', op.key, 0, keep) end
    return changed
  end,
  pop = function(op)
    local item = redis.call('LPOP', op.key)
    return item and {1, item} or {0}
  end,
  drain = function(op)
    local items = redis.call('LRANGE', op.key, 0, -1)
    redis.call('DEL', op.key)
    table.insert(items, 1, #items)
    return items
  end,
  delete = function(op) return redis.call('DEL', op.key) end
}

local outcomes = {}
for i, op in ipairs(operations) do
  if risky and op.need then
    local kind = redis.call('TYPE', op.key).ok
    if kind ~= 'none' and kind ~= op.need then
      restore()
      return {2, i - 1}
    end
  end
  if op.what == 'add' then outcomes[i] = op.how == 'p' and each(op, 'ZADD', 0) or each(op, 'ZADD')
  elseif op.what == 'set-add' then outcomes[i] = each(op, 'SADD')
  elseif op.what == 'set-remove' then outcomes[i] = each(op, 'SREM')
  elseif op.what == 'push' then outcomes[i] = each(op, 'RPUSH')
  else
    local outcome, written = done[op.what](op)
    outcomes[i] = outcome
    local changed = type(outcome) == 'table' and outcome[1] or outcome
    if changed > 0 and op.how ~= 'n' then notice(op, written) end
  end
end
for _, told in ipairs(notices) do redis.call('PUBLISH', told[1], told[2]) end
return {1, outcomes}`);

/** Every script; a new connection loads all of them, so that the order of writes does not depend on which are known. */
export const scripts = { set, setField, add, entry, batch } as const;
