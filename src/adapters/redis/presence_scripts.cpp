#include "adapters/redis/presence_scripts.hpp"

// The beginning of those that need the time. Lua's numbers hold microseconds exactly until the year 2255.
#define MESSENGER_REDIS_NOW          \
  "local now = tonumber(ARGV[1])\n"  \
  "if not now then\n"                \
  "  local t = redis.call('TIME')\n" \
  "  now = t[1] * 1000000 + t[2]\n"  \
  "end\n"                            \
  "local function at(time) return string.format('%.0f', time) end\n"

namespace messenger::inline v0::redis::scripts {

const Script& touch() {
  static const Script script{MESSENGER_REDIS_NOW R"lua(
local v = redis.call('HGET', KEYS[1], ARGV[3])
if not v or string.sub(v, 21, 21) ~= '+' then return {now, 0} end
if now > tonumber(string.sub(v, 22)) then
  redis.call('HSET', KEYS[1], ARGV[3], string.sub(v, 1, 21) .. at(now))
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {now, 1})lua"};
  return script;
}

const Script& track() {
  static const Script script{MESSENGER_REDIS_NOW R"lua(
local revision, mark, seen = ARGV[4], '?', now
local v = redis.call('HGET', KEYS[1], ARGV[3])
if v then
  local known = string.sub(v, 1, 20)
  if known >= revision then revision, mark = known, string.sub(v, 21, 21) end
  seen = math.max(seen, tonumber(string.sub(v, 22)))
end
redis.call('HSET', KEYS[1], ARGV[3], revision .. mark .. at(seen))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('HDEL', KEYS[2], ARGV[3])
return now)lua"};
  return script;
}

const Script& confirm() {
  static const Script script{R"lua(
local v = redis.call('HGET', KEYS[1], ARGV[1])
if not v or string.sub(v, 1, 20) > ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], string.sub(v, 1, 20) .. '+' .. string.sub(v, 22))
return 1)lua"};
  return script;
}

const Script& untrack() {
  static const Script script{R"lua(
local v = redis.call('HGET', KEYS[1], ARGV[1])
if v and string.sub(v, 1, 20) > ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1)lua"};
  return script;
}

const Script& age() {
  static const Script script{MESSENGER_REDIS_NOW R"lua(
local v = redis.call('HGET', KEYS[1], ARGV[2])
if not v or string.sub(v, 21, 21) ~= '+' then return -1 end
return math.max(0, now - tonumber(string.sub(v, 22))))lua"};
  return script;
}

const Script& silence() {
  static const Script script{MESSENGER_REDIS_NOW R"lua(
local result = {now}
for i = 3, #ARGV do
  local v = redis.call('HGET', KEYS[1], ARGV[i])
  local begun
  if v then
    begun = tonumber(string.sub(v, 22))
    if begun > now then
      begun = now
      redis.call('HSET', KEYS[1], ARGV[i], string.sub(v, 1, 21) .. at(now))
    end
  else
    begun = tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or nil)
    if not begun or begun > now then
      begun = now
      redis.call('HSET', KEYS[2], ARGV[i], at(now))
    end
    redis.call('PEXPIRE', KEYS[2], ARGV[2])
  end
  result[i - 1] = now - begun
end
return result)lua"};
  return script;
}

const Script& all() {
  static const Script script{MESSENGER_REDIS_NOW R"lua(
local all, result = redis.call('HGETALL', KEYS[1]), {}
for i = 2, #all, 2 do
  if string.sub(all[i], 21, 21) == '+' then
    result[#result + 1] = all[i - 1]
    result[#result + 1] = math.max(0, now - tonumber(string.sub(all[i], 22)))
  end
end
return result)lua"};
  return script;
}

const Script& since() {
  static const Script script{MESSENGER_REDIS_NOW R"lua(
local v = redis.call('HMGET', KEYS[1], 'run', 'since')
local begun = tonumber(v[2] or nil)
if not begun or begun > now or ARGV[3] == '1' or ARGV[2] == '' or v[1] ~= ARGV[2] then
  begun = now
  redis.call('HSET', KEYS[1], 'run', ARGV[2], 'since', at(now))
end
redis.call('EXPIRE', KEYS[1], 2592000)
return {now, now - begun})lua"};
  return script;
}

}  // namespace messenger::redis::scripts
