/* A signal from any thread to a loop: however often it is given, the loop calls back once. For
 * readers, whose wake carries no value; values go through a mailbox. */
#pragma once
#include <glib.h>

struct wakeup;

/* `fn(user)` runs on `context` (NULL: default) after each signal or several. */
struct wakeup *wakeup_create(GMainContext *context, void (*fn)(gpointer user), gpointer user);
/* The loop's thread, also inside `fn`. Signallers must be gone. NULL is fine. */
void wakeup_destroy(struct wakeup *wakeup);
/* Any thread. Never runs `fn` inline, takes no lock of ours. */
void wakeup_signal(struct wakeup *wakeup);
