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
 * The scripts for single operations take one step for each key, and give a list of replies: a failure is {'!', error},
 * and every step is atomic by itself. The arguments of a step begin with its notice: how ('n' no notice, 'p' prefix and
 * what was written, 'f' fixed payload), channel, prefix or payload. The command that may fail comes first.
 */
const steps = `local at = 0
local function take()
  at = at + 1
  return ARGV[at]
end
local function failure(reply) return type(reply) == 'table' and reply.err and {'!', reply.err} end
local function tell(how, channel, text, written)
  if how == 'p' then return failure(redis.pcall('PUBLISH', channel, text .. written)) end
  if how == 'f' then return failure(redis.pcall('PUBLISH', channel, text)) end
end
local function each(step)
  local replies = {}
  for i, key in ipairs(KEYS) do replies[i] = step(key, take(), take(), take()) end
  return replies
end
`;

/** Further arguments: the value, 1 for onlyIfAbsent, expiry in ms or ''. Gives what was found, or false. */
const set = script(`${steps}return each(function(key, how, channel, text)
  local value, onlyIfAbsent, expiry = take(), take(), take()
  local reply
  if onlyIfAbsent == '1' then
    reply = redis.pcall('GET', key)
    if reply then return failure(reply) or reply end
  end
  if expiry == '' then reply = redis.pcall('SET', key, value)
  else reply = redis.pcall('SET', key, value, 'PX', expiry) end
  return failure(reply) or tell(how, channel, text, value) or false
end)`);

/**
 * Values that are set together: a step is the number of its keys, and packed as one (see packed.ts) for each of them a
 * notice, the value, and an expiry in ms or ''. All values of a step are there before its first notice. What can be refused (memory, rights on a key) is
 * refused for the whole command. Gives the number.
 */
const sets = script(`${steps}local replies, key = {}, 0
while key < #KEYS do
  local count, failed, notices = tonumber(take()), nil, {}
  local packed = cmsgpack.unpack(take())
  for i = 1, count do
    local how, channel, text, value, expiry = unpack(packed, 5 * i - 4, 5 * i)
    if not failed then
      if expiry == '' then failed = failure(redis.pcall('SET', KEYS[key + i], value))
      else failed = failure(redis.pcall('SET', KEYS[key + i], value, 'PX', expiry)) end
      if how ~= 'n' then notices[#notices + 1] = {how, channel, text, value} end
    end
  end
  for _, notice in ipairs(notices) do failed = failed or tell(unpack(notice)) end
  replies[#replies + 1] = failed or count
  key = key + count
end
return replies`);

/** Further arguments: the field, the value, 1 for onlyIfAbsent. Gives what was found, or false. */
const setField = script(`${steps}return each(function(key, how, channel, text)
  local field, value, onlyIfAbsent = take(), take(), take()
  local reply = redis.pcall(onlyIfAbsent == '1' and 'HSETNX' or 'HSET', key, field, value)
  if failure(reply) then return failure(reply) end
  if onlyIfAbsent == '1' and reply == 0 then return redis.call('HGET', key, field) end
  return tell(how, channel, text, value) or false
end)`);

/**
 * Further arguments: how many members, the members. Gives how many were new. Many members go in by the thousand, which
 * costs the server less than one by one: asking first which of them are there (from Redis 6.2) tells which are new.
 */
const add = script(`${steps}local function oneByOne(key, first, last, onNew)
  for i = first, last do
    local reply = redis.pcall('ZADD', key, 0, ARGV[i])
    local failed = failure(reply) or reply == 1 and onNew(ARGV[i])
    if failed then return failed end
  end
end
local function together(key, first, last, onNew)
  local scores = redis.pcall('ZMSCORE', key, unpack(ARGV, first, last))
  if failure(scores) then return oneByOne(key, first, last, onNew) end
  local pairs, new, seen = {}, {}, {}
  for i = first, last do
    local member = ARGV[i]
    if not scores[i - first + 1] and not seen[member] then
      seen[member] = true
      new[#new + 1] = member
      pairs[#pairs + 1] = '0'
      pairs[#pairs + 1] = member
    end
  end
  if #new == 0 then return end
  local failed = failure(redis.pcall('ZADD', key, unpack(pairs)))
  for i = 1, failed and 0 or #new do failed = failed or onNew(new[i]) end
  return failed
end
return each(function(key, how, channel, text)
  local added, failed = 0, nil
  local function onNew(member)
    added = added + 1
    if how == 'p' then return tell(how, channel, text, member) end
  end
  local count = tonumber(take())
  local first, last = at + 1, at + count
  at = last
  while first <= last and not failed do
    local upTo = math.min(last, first + 999)
    failed = (count < 8 and oneByOne or together)(key, first, upTo, onNew)
    first = upTo + 1
  end
  if not failed and added > 0 and how == 'f' then failed = tell(how, channel, text) end
  return failed or added
end)`);

/** For each key: the Redis type, and what telescope state wants of it. */
const entry = script(`local entries = {}
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind == 'zset' then entries[i] = {kind, redis.call('ZRANGE', key, -1, -1)[1]}
  elseif kind == 'string' then entries[i] = {kind, redis.call('GET', key)}
  elseif kind == 'hash' then entries[i] = {kind, redis.call('HGETALL', key)}
  else entries[i] = {kind} end
end
return entries`);

/*
 * Everything else: conditions and operations, encoded by batch.ts. First all conditions, then the kind of every key
 * as the operations would find it, then the writes, then the notices. Where an operation may or may not have emptied
 * a key that a later one uses as another kind, only doing it tells: the keys are dumped first and restored if it fails.
 * A batch of very many arguments has them packed, several thousand to one (see packed.ts).
 */
const batch = script(`local ARGV = ARGV
if ARGV[1] == 'packed' then
  local packed = ARGV
  ARGV = {}
  for i = 2, #packed do
    for _, argument in ipairs(cmsgpack.unpack(packed[i])) do ARGV[#ARGV + 1] = argument end
  end
end
local at = 0
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

local needs = {['set-field'] = 'hash', ['set-fields'] = 'hash', ['delete-field'] = 'hash', add = 'zset', trim = 'zset',
  ['set-add'] = 'set', ['set-remove'] = 'set', push = 'list', pop = 'list', drain = 'list'}
local fills = {['set-field'] = true, ['set-fields'] = true, add = true, ['set-add'] = true, push = true}

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
  local count = #notices
  notices[count + 1] = op.channel
  notices[count + 2] = op.how == 'p' and op.text .. (written or '') or op.text
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

local function setFields(op)
  for from = op.first, op.last, 2000 do
    redis.call('HSET', op.key, unpack(ARGV, from, math.min(from + 1999, op.last)))
  end
  if op.how == 'p' then
    for i = op.first, op.last, 2 do notice(op, ARGV[i]) end
  elseif op.how == 'f' and op.last >= op.first then notice(op) end
  return (op.last - op.first + 1) / 2
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
  elseif op.what == 'set-fields' then outcomes[i] = setFields(op)
  else
    local outcome, written = done[op.what](op)
    outcomes[i] = outcome
    local changed = type(outcome) == 'table' and outcome[1] or outcome
    if changed > 0 and op.how ~= 'n' then notice(op, written) end
  end
end
for i = 1, #notices, 2 do redis.call('PUBLISH', notices[i], notices[i + 1]) end
return {1, outcomes}`);

/** Every script; a new connection loads all of them, so that the order of writes does not depend on which are known. */
export const scripts = { set, sets, setField, add, entry, batch } as const;
