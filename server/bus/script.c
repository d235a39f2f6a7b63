#include "bus/script.h"

const char SCRIPT_LEASE[] = "local owner = redis.call('GET', KEYS[1])\n"
                            "if owner and owner ~= ARGV[1] then return 0 end\n"
                            "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n"
                            "return 1\n";

const char SCRIPT_PUBLISH[] =
    "if redis.call('GET', KEYS[2]) ~= ARGV[1] then\n"
    "  return redis.error_reply('FENCED another server holds the lease')\n"
    "end\n"
    "local added, repeated = 0, 0\n"
    "for i = 3, #ARGV, 5 do\n"
    "  local r = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[i], 'topic', ARGV[i + "
    "1],\n"
    "    'id', ARGV[i + 2], 'time_us', ARGV[i + 3], 'json', ARGV[i + 4])\n"
    "  if type(r) ~= 'table' or not r.err then\n"
    "    added = added + 1\n"
    "  elseif string.find(r.err, 'equal or smaller', 1, true) then\n"
    "    repeated = repeated + 1\n"
    "  else\n"
    "    return r\n"
    "  end\n"
    "end\n"
    "return {added, repeated}\n";
