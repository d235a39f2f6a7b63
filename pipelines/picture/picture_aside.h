/* How long a camera's pictures are left alone after one of them made the picture process crash or
 * hang. Pure. */
#pragma once
#include <stdint.h>

struct picture_aside {
    unsigned crashes; /* not forgiven yet */
    unsigned good;    /* pictures in a row since the last one */
};

/* One more crash. Returned: how long nothing of this camera is decoded: 30 s, doubling up to an
 * hour, times a jitter of 0.75 to 1.25; `chance` is uniform in [0, 1). */
int64_t picture_aside_crash_us(struct picture_aside *aside, double chance);

/* A picture was made (or refused in peace); after 20 in a row all is forgiven. */
void picture_aside_good(struct picture_aside *aside);
