/* What a CAP message is as an event (docs/feeds.md "Warnings"). Pure. */
#pragma once
#include "event/event.h"
#include "intake/cap.h"

/* Returned: owned by the caller. NULL without error: the message is nothing to act on (Ack, Error,
 * Draft, System), *note tells which, static English. NULL + error: it cannot be an event. */
struct event *cap_event(const struct cap_alert *alert, const char *feed, int64_t now_us,
                        const char **note, GError **error);
