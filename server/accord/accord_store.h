/* Joint texts in the tables of migration 0045. Inside a store_fn, on its thread. */
#pragma once
#include "accord/texts.h"

/* Everything of a meeting; of drafts the newest. Owned by the caller; NULL + error. */
struct accord_texts *accord_load(struct store_tx *tx, const struct vault *vault,
                                 const char *meeting, GError **error);
/* Each writes one row; `act` says where, who and when. */
bool accord_write_entry(struct store_tx *tx, const struct accord_act *act, enum accord_kind kind,
                        const struct accord_entry *entry, GError **error);
bool accord_write_confirm(struct store_tx *tx, const struct accord_act *act, gint64 person,
                          gint64 upto, const char *sha256, GError **error);
bool accord_write_answer(struct store_tx *tx, const struct accord_act *act, gint64 person,
                         const struct accord_entry *fact, bool yes, GError **error);
bool accord_write_note(struct store_tx *tx, const struct accord_act *act, const char *kind,
                       const char *text, GError **error);
bool accord_write_draft(struct store_tx *tx, const struct accord_act *act,
                        const struct accord_draft *draft, const char *version, GError **error);
bool accord_write_offer(struct store_tx *tx, const struct accord_act *act, gint64 draft,
                        GError **error);
bool accord_write_signature(struct store_tx *tx, const struct accord_act *act,
                            const struct accord_draft *draft,
                            const struct accord_signature *signature, GError **error);
/* The name under which words of that row are sealed; g_free(). */
char *accord_context(const char *meeting, const char *what, gint64 a, gint64 b);
