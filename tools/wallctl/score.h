/* What the rules made of a recording, held against its labels (docs/events.md). Pure. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define SCORE_ERROR (g_quark_from_static_string("wallctl-score"))

struct score;

struct score *score_new(void);
void score_free(struct score *score); /* NULL is fine */
/* One line of the labels. false + error: what is wrong. */
bool score_label(struct score *score, const char *text, size_t size, GError **error);
/* One event went there: `item` is its situation, else its alert, at the end of the recording. All
 * borrowed. `tells`: a report or something raised, not muted, neither exercise nor test. */
void score_event(struct score *score, const char *source, const char *id, const char *alert,
                 const char *item, bool tells);
/* missed_incidents, missed_links_pct, false_links_pct, … Returned: a new object. */
json_t *score_result(struct score *score);
