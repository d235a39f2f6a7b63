#include "picture/picture_aside.h"

enum { FORGIVEN = 20, MAX_DOUBLINGS = 7 };
static const double LEAST_S = 30, MOST_S = 3600;

int64_t picture_aside_crash_us(struct picture_aside *aside, double chance)
{
    unsigned doublings = aside->crashes < MAX_DOUBLINGS ? aside->crashes : MAX_DOUBLINGS;
    aside->crashes++;
    aside->good = 0;
    double wait_s = LEAST_S * (double)(1u << doublings);
    if (wait_s > MOST_S)
        wait_s = MOST_S;
    return (int64_t)(wait_s * (0.75 + 0.5 * chance) * 1e6);
}

void picture_aside_good(struct picture_aside *aside)
{
    if (aside->crashes && ++aside->good >= FORGIVEN)
        *aside = (struct picture_aside){0};
}
