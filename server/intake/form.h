/* An item that a feed gave, in our form (docs/events.md), made into an event: the fields that are
 * ours to fill, coordinates to WGS-84, times, marks. Pure but for the reporter's key; loop thread.
 */
#pragma once
#include "event/event.h"
#include "identity/vault.h"
#include "intake/reporter.h"

#define FORM_FUTURE_US (INT64_C(5) * 60 * G_USEC_PER_SEC)
#define FORM_LATE_US   (INT64_C(24) * 3600 * G_USEC_PER_SEC)

struct form {
    const char *source;    /* id of the feed */
    const char *dimension; /* of an item that names none; "" or NULL: it has to */
    int64_t now_us;
    int64_t skew_us;           /* how far ahead the source's clock is believed to be */
    struct reporter *reporter; /* NULL: nobody is known again */
    const struct vault *vault; /* borrowed; NULL: nobody can be called back */
};

/* Why an item is refused. */
struct form_fault {
    const char *field; /* NULL: the whole; static, or `named` */
    const char *zh;    /* static */
    char *en;          /* owned: form_fault_clear() */
    char *named;       /* owned: a field that only the item has, NULL */
};
void form_fault_clear(struct form_fault *fault);
/* {"path","message":{"zh","en"}} without braces: sets "field" and "message" of `json`. */
void form_fault_put(const struct form_fault *fault, json_t *json);

/* `item` is changed. `source` must be absent or the feed's; `received_us`, `skew_us` and `contact`
 * are replaced, `kind` is a report when absent; `reporter` and `reporter_name` become a hash and
 * what is sealed. Returned: the event, checked, owned by the caller; NULL
 * + *fault. */
struct event *form_event(const struct form *form, json_t *item, struct form_fault *fault);

/* Makes it a test that a person sends: marked, and under names of ours, so that it neither uses up
 * the id of the real report nor takes back or replaces one. `name`: one that there never was. */
void form_make_test(struct event *event, const char *name);

/* Sets received_us when 0, takes the known skew off occurred_us unless that was done (skew_us is
 * set), sets the marks of time anew. */
void form_set_times(struct event *event, int64_t now_us, int64_t skew_us);
