/* Templates of agreements (config/agreement-*.json): texts with fields. Immutable; any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct templates;
/* Those shipped, and the town's own (agreement-*.json of `dir`, which may be NULL or absent; the
 * same id takes the shipped one's place). NULL: `error` names file and place. */
struct templates *templates_create(const char *dir, GError **error);
void templates_free(struct templates *templates); /* NULL is fine */
/* An array of all, without their lines; owned by the caller. */
json_t *templates_json(const struct templates *templates);
/* Borrowed; NULL: none such. */
const json_t *templates_find(const struct templates *templates, const char *id);

bool template_allows(const json_t *template, const char *how);
/* Whether `fields` has what the template needs, and nothing else. Returned: id of the field that is
 * wrong, static or borrowed of both; NULL: none. */
const char *template_fault(const json_t *template, const json_t *fields);
/* The exact text: UTF-8, lines ended by LF. `given`: what the server fills in (sides, mediators,
 * date …). g_free(). */
char *template_text(const json_t *template, const json_t *fields, const json_t *given);
/* The end of a day "YYYY-MM-DD" in this machine's time zone, microseconds; 0: no such day. */
gint64 template_day_us(const char *day);
/* Is it text of 1 to `most` characters, of several lines only if `lines`? */
bool template_text_good(const char *text, glong most, bool lines);
