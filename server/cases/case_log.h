/* What was done with a case: append-only, one hash chain a case. Inside a store_fn. */
#pragma once
#include "identity/identity.h"
#include "identity/vault.h"
#include "store/store.h"

struct case_record { /* borrowed */
    const char *action, *from_state, *to_state, *note;
    const json_t *details; /* NULL: none */
};
/* The hash is SHA-256 of the hash before and the record's canonical JSON, as in docs/audit.md. What
 * a person did is told to the audit log too, by the case's `code` with that hash; NULL: it is not.
 * `seq`, of the record, may be NULL. */
bool case_log_add(struct store_tx *tx, const char *case_id, const char *code,
                  const struct case_record *record, const struct identity_actor *who, gint64 now_us,
                  gint64 *seq, GError **error);
/* Checks the chain. false + error NULL: broken at *broken. */
bool case_log_verify(struct store_tx *tx, const char *case_id, gint64 *broken, GError **error);
/* The records as people see them, oldest first: owned by the caller; NULL + error. */
json_t *case_log_json(struct store_tx *tx, const char *case_id, GError **error);
/* Signs the newest record of the case (docs/audit.md "Heads"); in a write. */
bool case_log_sign(struct store_tx *tx, const struct vault *vault, const char *case_id,
                   gint64 now_us, GError **error);
/* The record as a stranger can check it (docs/audit.md "Export"): g_free(); NULL + error. */
char *case_log_export(struct store_tx *tx, const struct vault *vault, const char *case_id,
                      GError **error);
