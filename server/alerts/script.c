#include "alerts/script.h"

const char SCRIPT_EVENTS_LEASE[] =
    "local owner = redis.call('GET', KEYS[1])\n"
    "if owner and owner ~= ARGV[1] then return 0 end\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n"
    "local fence = redis.call('GET', KEYS[2]) or '0'\n"
    "if fence ~= '0' and fence == ARGV[4] then return tonumber(fence) end\n"
    "fence = math.max(tonumber(fence) or 0, tonumber(ARGV[3])) + 1\n"
    "redis.call('SET', KEYS[2], string.format('%.0f', fence))\n"
    "return fence\n";

const char SCRIPT_EVENTS_TRIM[] =
    "if redis.call('GET', KEYS[2]) ~= ARGV[1] then\n"
    "  return redis.error_reply('FENCED another server holds the lease')\n"
    "end\n"
    "local function parts(id)\n"
    "  local ms, seq = string.match(id, '^(%d+)-(%d+)$')\n"
    "  return tonumber(ms), tonumber(seq)\n"
    "end\n"
    "local least\n"
    "for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do\n"
    "  local about = {}\n"
    "  for i = 1, #group, 2 do about[group[i]] = group[i + 1] end\n"
    "  local id = about['last-delivered-id']\n"
    "  if about['pending'] > 0 then\n"
    "    id = redis.call('XPENDING', KEYS[1], about['name'])[2]\n"
    "  end\n"
    "  local ms, seq = parts(id)\n"
    "  local least_ms, least_seq = parts(least or id)\n"
    "  if not least or ms < least_ms or (ms == least_ms and seq < least_seq) then least = id end\n"
    "end\n"
    "if not least then return 0 end\n"
    "return redis.call('XTRIM', KEYS[1], 'MINID', '~', least, 'LIMIT', 100000)\n";
