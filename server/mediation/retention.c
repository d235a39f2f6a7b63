/* What was said, given and answered in meetings is destroyed after its time: words of the chat,
 * files, answers of the screening. That they were, and what was agreed to, stays on record. */
#include "identity/retention.h"
#include "mediation/mediation_private.h"

#define HELD                                                                                       \
    "EXISTS (SELECT 1 FROM legal_hold h WHERE h.lifted_us = 0 AND ((h.kind = 'meeting' AND"        \
    " (h.object = m.id OR h.object = '*')) OR (h.kind = 'case' AND (h.object = m.case_id OR"       \
    " h.object = '*'))))"
#define DUE                                                                                        \
    " FROM meeting m WHERE m.ended_us > 0 AND m.ended_us < ? AND"                                  \
    " (EXISTS (SELECT 1 FROM meeting_chat c WHERE c.meeting = m.id) OR"                            \
    " EXISTS (SELECT 1 FROM meeting_seat s WHERE s.meeting = m.id AND s.screening IS NOT NULL) OR" \
    " EXISTS (SELECT 1 FROM attachment a WHERE a.owner_kind = 'meeting' AND a.owner = m.id AND"    \
    " a.erased_us = 0))"

static bool destroy_one(struct store_tx *tx, const char *id, gint64 now_us, GError **error)
{
    return store_exec(tx, error, "DELETE FROM meeting_chat WHERE meeting = ?", "s", id) &&
           store_exec(tx, error, "UPDATE meeting_seat SET screening = NULL WHERE meeting = ?", "s",
                      id) &&
           store_exec(tx, error,
                      "UPDATE attachment SET erased_us = ?, key_wrapped = NULL WHERE owner_kind ="
                      " 'meeting' AND owner = ? AND erased_us = 0",
                      "is", now_us, id);
}

bool mediation_purge(struct store_tx *tx, gint64 before_us, gint64 now_us, unsigned limit,
                     gint64 *deleted, gint64 *held, gpointer user, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    GError *bad = NULL;
    bool found;
    (void)user;
    store_rows_auto rows =
        store_query(tx, error, "SELECT m.id" DUE " AND NOT " HELD " ORDER BY m.id LIMIT ?", "ii",
                    before_us, (gint64)limit);
    while (rows && store_rows_next(rows, &bad))
        g_ptr_array_add(ids, store_text_dup(rows, 0));
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        return false;
    for (guint i = 0; i < ids->len; i++)
        if (!destroy_one(tx, ids->pdata[i], now_us, error))
            return false;
    *deleted += ids->len;
    return store_query_int(tx, error, held, &found, "SELECT COUNT(*)" DUE " AND " HELD, "i",
                           before_us);
}

void mediation_retention(struct mediation *mediation)
{
    static const struct retention_kind kind = {"meeting", mediation_purge, NULL};
    retention_add(mediation->options.identity, &kind);
    hold_kind_add(mediation->options.identity, "meeting",
                  "SELECT id FROM meeting WHERE id = ? OR id = ?");
}
