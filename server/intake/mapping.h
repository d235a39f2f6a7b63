/* Their names to ours: a mapping says, for each of our fields (docs/events.md), where it is found
 * in what a feed gives and how it is to be understood (docs/feeds.md "Mapping"). Pure; any thread;
 * a mapping is not changed after it was read. */
#pragma once
#include "intake/form.h"

struct mapping;

/* NULL + error naming the place: it is wrong. Returned: owned by the caller. */
struct mapping *mapping_read(const json_t *json, GError **error);
void mapping_free(struct mapping *mapping); /* NULL is fine */

/* "NAME" of a shipped one, or the text of a JSON object. */
struct mapping *mapping_open(const char *text, GError **error);
/* Names of shipped ones, NULL-terminated; static. */
const char *const *mapping_names(void);

/* The list of items in a body, where the mapping says it lies; a single object is a list of one.
 * `mapping` NULL: the body itself. Returned: an array, owned by the caller; NULL: there is none. */
json_t *mapping_items(const struct mapping *mapping, json_t *body);

/* One item in our form, for form_event(). Returned: owned by the caller; NULL + *fault. */
json_t *mapping_apply(const struct mapping *mapping, const json_t *theirs,
                      struct form_fault *fault);
/* Only its id, for an item that is refused. Returned: owned by the caller; NULL: it has none. */
json_t *mapping_id(const struct mapping *mapping, const json_t *theirs);
