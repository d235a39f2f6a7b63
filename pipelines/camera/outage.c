#include "camera/outage.h"

enum { TOGETHER_US = 10000000, LEAST = 2 };

void outage_lost(struct outage *outage, int64_t now_us)
{
    if (now_us - outage->lost_us > TOGETHER_US)
        outage->lost = 0;
    outage->lost_us = now_us;
    outage->lost++;
    if (outage->live)
        outage->live--;
    /* as many gone as are left: half of those that were live */
    if (outage->lost >= LEAST && outage->lost >= outage->live && !outage->dark) {
        outage->dark = true;
        outage->came = 0;
    }
}

void outage_failed(struct outage *outage)
{
    if (outage->live == 0 && outage->wanted >= LEAST && !outage->dark) {
        outage->dark = true;
        outage->came = 0;
    }
}

bool outage_live(struct outage *outage, unsigned enough)
{
    outage->live++;
    if (!outage->dark || ++outage->came < enough)
        return false;
    outage->dark = false;
    outage->lost = 0;
    return true;
}
