/* When a call for help is told. Pure. */
#pragma once
#include <glib.h>

/* A call waits this long, so that a slip of the finger can be undone. */
#define DANGER_HELD_US (5 * G_USEC_PER_SEC)

/* How long until it is told, of the wall clock's now_us; never longer than DANGER_HELD_US although
 * that clock is set back. `again_us`: not before then, by the monotonic clock whose time is
 * mono_us; 0: it was not tried yet. 0 or less: now. */
gint64 danger_wait_us(gint64 due_us, gint64 now_us, gint64 again_us, gint64 mono_us);
