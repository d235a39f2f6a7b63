/* When cameras that share something (a host, the whole network) are out together, and when that is
 * over. Pure: the times are parameters (monotonic). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct outage {
    unsigned wanted, live; /* now; kept by the functions below, wanted by the caller */
    unsigned lost;         /* gone down since lost_us, while none was quiet for 10 s */
    unsigned came;         /* live again since it is dark */
    int64_t lost_us;       /* the newest */
    bool dark;             /* most are out, and it is for a common reason as far as can be told */
};

/* One that was live is down. */
void outage_lost(struct outage *outage, int64_t now_us);
/* An attempt of one that was not live failed. */
void outage_failed(struct outage *outage);
/* One is live. Returned: the outage is over, others that wait need not wait longer. `enough`: so
 * many have to come before that is believed. */
bool outage_live(struct outage *outage, unsigned enough);
