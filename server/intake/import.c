#include "intake/import.h"
#include "common/clock.h"
#include "intake/csv_table.h"
#include "intake/mapping.h"
#include <string.h>

enum { CHUNK_ROWS = 250 }; /* a few milliseconds of work */

struct import {
    struct intake *intake;
    char *feed;
    GBytes *csv;
    struct csv_table table;
    struct mapping *plain; /* of a feed without one */
    bool dry_run, ended;
    struct import_result result;
    guint turn;  /* source: the next chunk */
    guint chunk; /* good rows of the chunk under way */
    import_done_fn done;
    gpointer user;
};

static void step(struct import *import);

static void finish(struct import *import)
{
    loop_cancel(import->intake->options.loop, &import->turn);
    g_hash_table_remove(import->intake->imports, import);
    import->done(&import->result, import->user);
    csv_table_close(&import->table);
    mapping_free(import->plain);
    json_decref(import->result.errors);
    g_bytes_unref(import->csv);
    g_free(import->feed);
    g_free(import);
}

/* Frees what `fault` holds. */
static void note_error(struct import *import, guint line, struct form_fault *fault)
{
    import->result.refused++;
    if (json_array_size(import->result.errors) < IMPORT_ERRORS) {
        json_t *error = json_pack("{s:i}", "line", (int)line);
        form_fault_put(fault, error);
        json_object_set(error, "column", json_object_get(error, "field"));
        json_object_del(error, "field");
        json_array_append_new(import->result.errors, error);
    }
    form_fault_clear(fault);
}

/* Returned: the event's text, owned by the caller; NULL + *fault. */
static char *take_row(struct import *import, const struct feed *feed, const json_t *row,
                      struct form_fault *fault)
{
    const struct form form = intake_form(import->intake, feed, clock_wall_us());
    json_t *ours = mapping_apply(feed->mapping ? feed->mapping : import->plain, row, fault);
    event_auto event = ours ? form_event(&form, ours, fault) : NULL;
    json_decref(ours);
    if (!event)
        return NULL;
    if (!event->occurred_us) {
        *fault =
            (struct form_fault){.field = "occurred_us", .zh = "必填", .en = g_strdup("is missing")};
        return NULL;
    }
    event->marks = (event->marks & ~(unsigned)EVENT_FUTURE) | EVENT_LATE | EVENT_PAST;
    return event_text(event);
}

static void read_chunk(struct import *import, const struct feed *feed, GPtrArray *texts)
{
    for (guint i = 0; i < CHUNK_ROWS && !import->ended; i++) {
        struct form_fault fault = {0};
        json_t *row = NULL;
        guint line = 0;
        enum csv_row kind = csv_table_next(&import->table, &row, &line, &fault);
        import->ended = kind == CSV_ROW_END;
        if (import->ended)
            break;
        import->result.rows++;
        char *text = kind == CSV_ROW ? take_row(import, feed, row, &fault) : NULL;
        json_decref(row);
        if (text)
            g_ptr_array_add(texts, text);
        else
            note_error(import, line, &fault);
    }
}

static gboolean on_turn(gpointer user)
{
    struct import *import = user;
    import->turn = 0;
    step(import);
    return G_SOURCE_REMOVE;
}

static void go_on(struct import *import)
{
    if (import->ended)
        finish(import);
    else
        import->turn = loop_after(import->intake->options.loop, 0, on_turn, import);
}

static void on_written(enum writer_outcome outcome, const char *why, gpointer user)
{
    struct import *import = user;
    struct feed *feed = feeds_find(import->intake->feeds, import->feed);
    (void)why;
    if (outcome != WRITER_DONE) {
        import->result.outcome = outcome;
        finish(import);
        return;
    }
    import->result.accepted += import->chunk;
    if (feed)
        feed_note_accepted(feed, import->chunk, clock_wall_us());
    go_on(import);
}

static void step(struct import *import)
{
    const struct feed *feed = feeds_find(import->intake->feeds, import->feed);
    if (!feed) { /* removed meanwhile */
        import->result.outcome = WRITER_AWAY;
        finish(import);
        return;
    }
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    read_chunk(import, feed, texts);
    import->chunk = texts->len;
    if (import->dry_run || !texts->len) {
        import->result.accepted += texts->len;
        go_on(import);
        return;
    }
    writer_put(import->intake->writer, (const char *const *)texts->pdata, texts->len, NULL,
               on_written, import);
}

void import_start(struct intake *intake, const char *feed, GBytes *csv, bool dry_run,
                  import_done_fn done, gpointer user)
{
    struct import *import = g_new0(struct import, 1);
    gsize size = 0;
    const char *data = g_bytes_get_data(csv, &size);
    *import = (struct import){.intake = intake,
                              .feed = g_strdup(feed),
                              .csv = g_bytes_ref(csv),
                              .dry_run = dry_run,
                              .done = done,
                              .user = user};
    import->result.errors = json_array();
    import->plain = mapping_open("csv", NULL);
    struct form_fault fault = {0};
    if (!csv_table_open(&import->table, data ? data : "", size, &fault)) {
        note_error(import, 1, &fault);
        import->ended = true;
    }
    g_hash_table_add(intake->imports, import);
    import->turn = loop_after(intake->options.loop, 0, on_turn, import);
}

void import_end_all(struct intake *intake)
{
    GHashTableIter iter;
    gpointer import;
    while (g_hash_table_iter_init(&iter, intake->imports),
           g_hash_table_iter_next(&iter, &import, NULL)) {
        ((struct import *)import)->result.outcome = WRITER_AWAY;
        finish(import);
    }
}

json_t *import_json(const struct import_result *result, bool dry_run)
{
    return json_pack("{s:b,s:i,s:i,s:i,s:O}", "dry_run", dry_run, "rows", (int)result->rows,
                     "accepted", (int)result->accepted, "refused", (int)result->refused, "errors",
                     result->errors);
}
