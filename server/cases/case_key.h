/* Keys of retries (docs/cases.md "Twice asked"): what was done once with a key of that person is
 * answered again, and something else under the same key is refused. */
#pragma once
#include "identity/vault.h"
#include "store/store.h"
#include <jansson.h>

struct case_key {
    const char *user, *key; /* borrowed */
    char *digest;           /* of what is asked; "" without a vault: not compared */
    /* --- as found */
    char *case_id; /* NULL: not used yet */
    gint64 seq;    /* of the record that was written with it */
    bool same;     /* the same was asked */
};

/* `what`: "open", or the act; `asked`: all that is asked but key and version. The digest is keyed
 * by the vault: phone numbers are few enough to be tried. Any thread; cleared by the caller. */
void case_key_init(struct case_key *key, const struct vault *vault, const char *user,
                   const char *text, const char *what, const json_t *asked);
void case_key_clear(struct case_key *key);
/* Inside a store_fn. */
bool case_key_find(struct store_tx *tx, struct case_key *key, GError **error);
bool case_key_write(struct store_tx *tx, const struct case_key *key, const char *case_id,
                    gint64 seq, gint64 now_us, GError **error);
