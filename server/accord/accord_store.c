#include "accord/accord_store.h"
#include <string.h>

char *accord_context(const char *meeting, const char *what, gint64 a, gint64 b)
{
    return g_strdup_printf("%s/%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, meeting, what, a, b);
}

/* --- reading */

struct load {
    const struct vault *vault;
    const char *meeting;
    struct accord_texts *texts;
};
typedef void (*take_fn)(struct store_rows *rows, const struct load *load);

static char *unseal(struct store_rows *rows, int column, const struct load *load, const char *what,
                    gint64 a, gint64 b)
{
    size_t size;
    const void *sealed = store_blob(rows, column, &size);
    g_autofree char *context = accord_context(load->meeting, what, a, b);
    char *text = vault_unseal_secret(load->vault, context, sealed, size);
    return text ? text : g_strdup("");
}

static bool each(struct store_tx *tx, const char *sql, const struct load *load, take_fn fn,
                 GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error, sql, "s", load->meeting);
    while (rows && store_rows_next(rows, &bad))
        fn(rows, load);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void take_entry(struct store_rows *rows, const struct load *load)
{
    int kind = accord_kind_find(store_text(rows, 0));
    gint64 n = store_int(rows, 1), version = store_int(rows, 2);
    if (kind < 0)
        return;
    struct accord_entry *entry = accord_entry_find(load->texts, (enum accord_kind)kind, n);
    if (!entry) {
        entry = g_new0(struct accord_entry, 1);
        g_ptr_array_add(load->texts->entries[kind], entry);
    }
    g_free(entry->text);
    entry->n = n;
    entry->version = version;
    entry->seq = store_int(rows, 3);
    entry->said_us = store_int(rows, 4);
    entry->struck = store_int(rows, 5) != 0;
    entry->text = unseal(rows, 6, load, accord_kind_name(kind), n, version);
}

static void take_confirm(struct store_rows *rows, const struct load *load)
{
    struct accord_word *word = g_new0(struct accord_word, 1);
    word->seq = store_int(rows, 0);
    word->seat = store_text_dup(rows, 1);
    word->person = store_int(rows, 2);
    word->n = store_int(rows, 3);
    word->time_us = store_int(rows, 4);
    word->yes = true;
    g_ptr_array_add(load->texts->confirms, word);
}

static void take_answer(struct store_rows *rows, const struct load *load)
{
    struct accord_word *word = g_new0(struct accord_word, 1);
    word->seq = store_int(rows, 0);
    word->seat = store_text_dup(rows, 1);
    word->person = store_int(rows, 2);
    word->n = store_int(rows, 3);
    word->version = store_int(rows, 4);
    word->yes = g_strcmp0(store_text(rows, 5), "yes") == 0;
    word->time_us = store_int(rows, 6);
    g_ptr_array_add(load->texts->answers, word);
}

static void take_note(struct store_rows *rows, const struct load *load)
{
    struct accord_note *note = g_new0(struct accord_note, 1);
    note->seq = store_int(rows, 0);
    note->seat = store_text_dup(rows, 1);
    note->kind = store_text_dup(rows, 2);
    note->text = unseal(rows, 3, load, "note", note->seq, 0);
    note->time_us = store_int(rows, 4);
    g_ptr_array_add(load->texts->notes, note);
}

static void take_draft(struct store_rows *rows, const struct load *load)
{
    struct accord_draft *draft = g_new0(struct accord_draft, 1);
    draft->n = store_int(rows, 0);
    draft->how = store_text_dup(rows, 1);
    draft->template = store_text_dup(rows, 2);
    draft->title = store_text_dup(rows, 3);
    draft->fields = unseal(rows, 4, load, "fields", draft->n, 0);
    draft->text = unseal(rows, 5, load, "draft", draft->n, 0);
    draft->sha256 = store_text_dup(rows, 6);
    draft->deadline_us = store_int(rows, 7);
    draft->time_us = store_int(rows, 8);
    draft->offered = store_int(rows, 9) != 0;
    load->texts->draft = draft;
}

static void take_signature(struct store_rows *rows, const struct load *load)
{
    const struct accord_draft *draft = load->texts->draft;
    if (!draft || store_int(rows, 0) != draft->n ||
        g_strcmp0(store_text(rows, 1), draft->sha256) != 0)
        return;
    struct accord_signature *one = g_new0(struct accord_signature, 1);
    gint64 seq = store_int(rows, 4);
    one->seat = store_text_dup(rows, 2);
    one->person = store_int(rows, 3);
    one->name = unseal(rows, 5, load, "name", seq, 0);
    one->strokes = unseal(rows, 6, load, "strokes", seq, 0);
    one->time_us = store_int(rows, 7);
    g_ptr_array_add(load->texts->signatures, one);
}

static void take_force(struct store_rows *rows, const struct load *load)
{
    struct accord_force *force = g_new0(struct accord_force, 1);
    force->draft = store_int(rows, 0);
    force->file = store_text_dup(rows, 1);
    force->effective_us = store_int(rows, 2);
    force->case_state = store_text_dup(rows, 3);
    force->case_why = store_text_dup(rows, 4);
    force->court_due_us = store_int(rows, 5);
    force->court = store_text_dup(rows, 6);
    force->court_us = store_int(rows, 7);
    force->perform_due_us = store_int(rows, 8);
    force->perform = store_text_dup(rows, 9);
    force->perform_note = store_text_dup(rows, 10);
    force->perform_us = store_int(rows, 11);
    load->texts->force = force;
}

struct accord_texts *accord_load(struct store_tx *tx, const struct vault *vault,
                                 const char *meeting, GError **error)
{
    static const struct {
        const char *sql;
        take_fn fn;
    } parts[] = {
        {"SELECT kind, n, version, seq, said_us, struck, words FROM meeting_entry"
         " WHERE meeting = ? ORDER BY kind, n, version",
         take_entry},
        {"SELECT seq, seat, person, upto, time_us FROM meeting_confirm WHERE meeting = ?"
         " ORDER BY seq",
         take_confirm},
        {"SELECT seq, seat, person, n, version, answer, time_us FROM meeting_answer"
         " WHERE meeting = ? ORDER BY seq",
         take_answer},
        {"SELECT seq, seat, kind, words, time_us FROM meeting_disclosure WHERE meeting = ?"
         " ORDER BY seq",
         take_note},
        {"SELECT d.n, d.how, d.template, d.title, d.fields, d.words, d.sha256, d.deadline_us,"
         " d.time_us, COALESCE(o.time_us, 0) FROM meeting_draft d LEFT JOIN meeting_offer o"
         " ON o.meeting = d.meeting AND o.draft = d.n WHERE d.meeting = ? ORDER BY d.n DESC"
         " LIMIT 1",
         take_draft},
        {"SELECT draft, sha256, seat, person, seq, name, strokes, time_us FROM meeting_signature"
         " WHERE meeting = ? ORDER BY seq",
         take_signature},
        {"SELECT draft, file, effective_us, case_state, case_why, court_due_us, court_state,"
         " court_us, perform_due_us, perform_state, perform_note, perform_us"
         " FROM meeting_agreement WHERE meeting = ?",
         take_force},
    };
    const struct load load = {vault, meeting, accord_texts_new()};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (each(tx, parts[i].sql, &load, parts[i].fn, error))
            continue;
        accord_texts_free(load.texts);
        return NULL;
    }
    return load.texts;
}

/* --- writing */

static GBytes *seal(const struct accord_act *act, const char *what, gint64 a, gint64 b,
                    const char *text)
{
    g_autofree char *context = accord_context(act->meeting->id, what, a, b);
    return vault_seal_secret(act->vault, context, text);
}

bool accord_write_entry(struct store_tx *tx, const struct accord_act *act, enum accord_kind kind,
                        const struct accord_entry *entry, GError **error)
{
    const char *name = accord_kind_name((int)kind);
    g_autoptr(GBytes) words = seal(act, name, entry->n, entry->version, entry->text);
    return store_exec(tx, error,
                      "INSERT INTO meeting_entry (meeting, kind, n, version, seq, seat, said_us,"
                      " time_us, struck, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "ssiiisiiib", act->meeting->id, name, entry->n, entry->version, act->seq,
                      act->seat->id, entry->said_us, act->now_us, (gint64)entry->struck,
                      g_bytes_get_data(words, NULL), g_bytes_get_size(words));
}

bool accord_write_confirm(struct store_tx *tx, const struct accord_act *act, gint64 person,
                          gint64 upto, const char *sha256, GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO meeting_confirm (meeting, seq, seat, person, upto, sha256,"
                      " device, time_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      "sisiissi", act->meeting->id, act->seq, act->seat->id, person, upto, sha256,
                      act->device, act->now_us);
}

bool accord_write_answer(struct store_tx *tx, const struct accord_act *act, gint64 person,
                         const struct accord_entry *fact, bool yes, GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO meeting_answer (meeting, seq, seat, person, n, version, answer,"
                      " time_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      "sisiiisi", act->meeting->id, act->seq, act->seat->id, person, fact->n,
                      fact->version, yes ? "yes" : "no", act->now_us);
}

bool accord_write_note(struct store_tx *tx, const struct accord_act *act, const char *kind,
                       const char *text, GError **error)
{
    g_autoptr(GBytes) words = seal(act, "note", act->seq, 0, text);
    return store_exec(tx, error,
                      "INSERT INTO meeting_disclosure (meeting, seq, seat, kind, words, time_us)"
                      " VALUES (?, ?, ?, ?, ?, ?)",
                      "sissbi", act->meeting->id, act->seq, act->seat->id, kind,
                      g_bytes_get_data(words, NULL), g_bytes_get_size(words), act->now_us);
}

bool accord_write_draft(struct store_tx *tx, const struct accord_act *act,
                        const struct accord_draft *draft, const char *version, GError **error)
{
    g_autoptr(GBytes) fields = seal(act, "fields", draft->n, 0, draft->fields);
    g_autoptr(GBytes) words = seal(act, "draft", draft->n, 0, draft->text);
    return store_exec(tx, error,
                      "INSERT INTO meeting_draft (meeting, n, seq, seat, how, template, version,"
                      " title, fields, words, sha256, deadline_us, time_us)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "siisssssbbsii", act->meeting->id, draft->n, act->seq, act->seat->id,
                      draft->how, draft->template, version, draft->title,
                      g_bytes_get_data(fields, NULL), g_bytes_get_size(fields),
                      g_bytes_get_data(words, NULL), g_bytes_get_size(words), draft->sha256,
                      draft->deadline_us, act->now_us);
}

bool accord_write_offer(struct store_tx *tx, const struct accord_act *act, gint64 draft,
                        GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO meeting_offer (meeting, draft, seq, seat, time_us)"
                      " VALUES (?, ?, ?, ?, ?)",
                      "siisi", act->meeting->id, draft, act->seq, act->seat->id, act->now_us);
}

bool accord_write_signature(struct store_tx *tx, const struct accord_act *act,
                            const struct accord_draft *draft,
                            const struct accord_signature *signature, GError **error)
{
    g_autoptr(GBytes) name = seal(act, "name", act->seq, 0, signature->name);
    g_autoptr(GBytes) strokes = seal(act, "strokes", act->seq, 0, signature->strokes);
    return store_exec(tx, error,
                      "INSERT INTO meeting_signature (meeting, draft, seat, person, seq, sha256,"
                      " name, strokes, device, time_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "sisiisbbsi", act->meeting->id, draft->n, act->seat->id, signature->person,
                      act->seq, draft->sha256, g_bytes_get_data(name, NULL), g_bytes_get_size(name),
                      g_bytes_get_data(strokes, NULL), g_bytes_get_size(strokes), act->device,
                      act->now_us);
}

bool accord_court(struct store_tx *tx, const char *meeting, const char *result, const char *text,
                  gint64 now_us, GError **error)
{
    return store_exec(tx, error,
                      "UPDATE meeting_agreement SET court_state = ?, court_note = ?, court_us = ?,"
                      " next_us = 0 WHERE meeting = ? AND court_state IN ('open', 'over')",
                      "ssis", result, text, now_us, meeting);
}
