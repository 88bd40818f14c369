-- Applies effects to hashes and sets; with a position key, exactly once and in order.
-- KEYS[1] position hash (optional). ARGV: effects, lo, hi, prev_hash, hash.
-- Versions are decimal strings: Lua numbers are exact to 2^53 only, nanoseconds are beyond.
local APPLIED, DUPLICATE, GAP, DIVERGED = 0, 1, 2, 3
local ADD = 2

local function newer(a, b)
  return not b or #a > #b or (#a == #b and a > b)
end

if #KEYS == 1 then
  local lo, hi, prev_hash, hash = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
  local at = redis.call('HMGET', KEYS[1], 'seq', 'hash')
  local seq = at[1] or '0'
  if hi == seq and at[2] and at[2] ~= hash then return DIVERGED end
  if not newer(hi, seq) then return DUPLICATE end
  if newer(lo, seq) then return GAP end
  if lo ~= seq or (at[2] and at[2] ~= prev_hash) then return DIVERGED end
  redis.call('HSET', KEYS[1], 'seq', hi, 'hash', hash)
end

-- Each effect: u8 kind, u16 count, count x (u32 length, bytes). PUT: key, version field, version, field, value, …
-- ADD: key, member, … (cmsgpack is no help: it does not know binary strings.)
local effects, at = ARGV[1], 1
while at <= #effects do
  local kind, count
  kind, count, at = struct.unpack('<BH', effects, at)
  local strings = {}
  for i = 1, count do
    strings[i], at = struct.unpack('<I4c0', effects, at)
  end
  if kind == ADD then
    redis.call('SADD', unpack(strings))
  elseif newer(strings[3], redis.call('HGET', strings[1], strings[2])) then
    redis.call('HSET', unpack(strings))
  end
end
return APPLIED
