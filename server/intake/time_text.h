/* Times as other systems write them. Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is it a form that time_text_read() takes? */
bool time_text_form_good(const char *form);

/* `form`: "iso" (2026-11-22T08:00:00.5+08:00, the T may be a blank, fraction and zone may be
 * missing, a date alone is its midnight), "s", "ms", "us" (numbers since 1970 UTC, decimals
 * allowed), or a pattern of %Y %m %d %H %M %S %f (fraction) %z (zone), %% and letters that stand
 * for themselves; a blank in it matches any number of blanks, also none. `zone` is that of texts
 * which name none. false: the text is another, or no such time exists. */
bool time_text_read(const char *text, const char *form, GTimeZone *zone, int64_t *time_us);
