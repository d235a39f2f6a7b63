/* Counters that rose: sightings of alerts and situations of which nothing else is another one. They
 * are told apart from the alerts, once a second, as small as they are: in a flood they are most of
 * what changes (docs/alerts.md). Loop thread only. */
#pragma once
#include "alerts/alerts_private.h"

struct counts *counts_create(struct alerts *alerts);
void counts_destroy(struct counts *counts); /* what is not told yet is not; NULL is fine */

/* Their counters are to be told; copied. */
void counts_note_alert(struct counts *counts, const char *id);
void counts_note_situation(struct counts *counts, const char *id);
/* It was told whole, or is over. */
void counts_skip_alert(struct counts *counts, const char *id);
void counts_skip_situation(struct counts *counts, const char *id);
/* Tells what was noted, within a second: to subscribers of the topic, and as a change
 * `alert_counts` to the change log (docs/bus.md). */
void counts_plan(struct counts *counts);
/* The clock was set back: what waited for a time by the old one has it now. */
void counts_clock_fell(struct counts *counts);
