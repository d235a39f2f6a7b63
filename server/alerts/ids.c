#include "alerts/alerts_private.h"
#include <string.h>

enum { ID_CHARS = 26, TIME_CHARS = 10 };

/* The next number in the same base, in place. */
static void count_up(char id[ID_CHARS + 1])
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    for (int i = ID_CHARS - 1; i >= 0; i--) {
        const char *at = strchr(digits, id[i]);
        if (at[1]) {
            id[i] = at[1];
            return;
        }
        id[i] = digits[0];
    }
}

char *id_next(void)
{
    static char last[ID_CHARS + 1] = "00000000000000000000000000"; /* loop thread only */
    g_autofree char *id = store_id_new();
    if (strncmp(id, last, TIME_CHARS) <= 0)
        count_up(last); /* the same millisecond, or the clock was set back */
    else
        memcpy(last, id, sizeof last);
    return g_strdup(last);
}
