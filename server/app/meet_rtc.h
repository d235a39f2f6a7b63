/* Sound and pictures of meetings in this program: opened from the configuration, and its numbers.
 */
#pragma once
#include "mediation/mediation.h"
#include "net/net.h"
#include "rtc/rtc.h"

struct meet_rtc;

/* What is borrowed outlives it. */
struct meet_rtc *meet_rtc_create(struct loop *loop, const json_t *config, struct net *net,
                                 struct mediation *mediation, GError **error);
void meet_rtc_destroy(struct meet_rtc *meet); /* NULL is fine */
