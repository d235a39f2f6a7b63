#include "common/clock.h"
#include "store/store.h"

/* 48 bits of milliseconds and 80 random bits in Crockford's base 32, lower case: what others call a
 * ULID. g_random_int() is a Mersenne twister: ids are unique, not secret. */
char *store_id_new(void)
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    char id[27];
    uint64_t time_ms = (uint64_t)(clock_wall_us() / 1000);
    for (int i = 9; i >= 0; i--) {
        id[i] = digits[time_ms & 31];
        time_ms >>= 5;
    }
    uint64_t high = (uint64_t)g_random_int() << 8 | (g_random_int() & 0xff);
    uint64_t low = (uint64_t)g_random_int() << 8 | (g_random_int() & 0xff);
    for (int i = 0; i < 8; i++) {
        id[10 + i] = digits[(high >> (5 * i)) & 31];
        id[18 + i] = digits[(low >> (5 * i)) & 31];
    }
    id[26] = '\0';
    return g_strndup(id, 26);
}
