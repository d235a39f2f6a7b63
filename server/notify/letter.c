#include "notify/letter.h"
#include "identity/vault.h"
#include "notify/notify_private.h"
#include <string.h>

static char *facts_of(const struct notify *notify, const struct notify_letter *letter)
{
    const struct notify_kind *kind = notify_kind(letter->kind);
    g_autofree char *due = notify->options.cases->clock(letter->due_us);
    json_t *facts =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o}", "code", letter->code, "kind",
                  kind ? kind->zh : letter->kind, "what", letter->kind, "department", "", "item",
                  "", "due", due, "due_us", notify_time_json(letter->due_us), "time_us",
                  notify_time_json(letter->now_us));
    char *text = json_dumps(facts, JSON_COMPACT), *copy = g_strdup(text);
    free(text);
    json_decref(facts);
    return copy;
}

static GBytes *seal(const struct notify *notify, const char *id, const struct notify_letter *letter)
{
    json_t *secret = json_pack("{s:s,s:s}", "to", letter->to, "link", letter->link);
    char *text = json_dumps(secret, JSON_COMPACT);
    GBytes *sealed = vault_seal_secret(identity_vault(notify->options.identity), id, text);
    memset(text, 0, strlen(text));
    free(text);
    json_decref(secret);
    return sealed;
}

static bool write_one(struct store_tx *tx, const struct notify *notify,
                      const struct channel *channel, const struct notify_letter *letter,
                      guint *queued, GError **error)
{
    g_autofree char *id = store_id_new();
    g_autofree char *once = g_strdup_printf("%s/%s", channel->id, letter->once);
    g_autofree char *facts = facts_of(notify, letter);
    g_autoptr(GBytes) sealed = seal(notify, id, letter);
    gsize size;
    const void *bytes = g_bytes_get_data(sealed, &size);
    if (!store_exec(tx, error,
                    "INSERT INTO delivery (id, channel, kind, case_id, object, department, facts,"
                    " once, state, time_us, next_us, sealed)"
                    " VALUES (?, ?, ?, ?, ?, NULL, ?, ?, 'queued', ?, ?, ?)"
                    " ON CONFLICT (once) DO NOTHING",
                    "sssssssiib", id, channel->id, letter->kind, letter->case_id, letter->object,
                    facts, once, letter->now_us, letter->now_us, bytes, size))
        return false;
    *queued += 1;
    return true;
}

bool notify_letter_write(struct store_tx *tx, const struct notify *notify,
                         const struct notify_letter *letter, guint *queued, GError **error)
{
    const GPtrArray *channels = notify->plan->channels;
    for (guint i = 0; i < channels->len; i++) {
        const struct channel *channel = channels->pdata[i];
        if (channel_takes_persons(channel, letter->kind) &&
            !write_one(tx, notify, channel, letter, queued, error))
            return false;
    }
    return true;
}

bool notify_letters_void(struct store_tx *tx, const char *object, const char *kind, gint64 now_us,
                         GError **error)
{
    return store_exec(
        tx, error,
        "UPDATE delivery SET state = 'void', next_us = 0, ended_us = ?, sealed = NULL"
        " WHERE object = ? AND kind = ? AND state IN ('queued', 'failed', 'given_up')",
        "iss", now_us, object, kind);
}

json_t *notify_letters_json(struct store_tx *tx, const char *object, GError **error)
{
    GError *bad = NULL;
    json_t *list = json_array();
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT kind, channel, state, tries, status, time_us,"
                                       " ended_us FROM delivery WHERE object = ?"
                                       " ORDER BY time_us DESC, id DESC LIMIT 50",
                                       "s", object);
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:I,s:I,s:o,s:o}", "kind",
                                              store_text(rows, 0), "channel", store_text(rows, 1),
                                              "state", store_text(rows, 2), "tries",
                                              (json_int_t)store_int(rows, 3), "status",
                                              (json_int_t)store_int(rows, 4), "time_us",
                                              notify_time_json(store_int(rows, 5)), "ended_us",
                                              notify_time_json(store_int(rows, 6))));
    if (rows && !bad)
        return list;
    if (bad)
        g_propagate_error(error, bad);
    json_decref(list);
    return NULL;
}

void notify_letters_look(struct notify *notify)
{
    post_look(notify->post);
}
