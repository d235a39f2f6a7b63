#include "intake/pull.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/mailbox.h"
#include "intake/pull_source.h"
#include <string.h>

enum { EVERY_S = 30, LONGEST_WAIT_S = 600, CHUNK_ROWS = 250, THREADS = 4, ANSWERS = 10000 };

struct pulls {
    struct intake *intake;
    GThreadPool *threads;
    GHashTable *by_feed;     /* id → struct pull */
    struct mailbox *answers; /* struct pull_round, from the threads */
    guint generations;
    gint cancel; /* atomic */
};

/* One question and what became of it. Belongs to the thread while it runs. */
struct pull_round {
    struct pulls *pulls;
    char *feed;
    guint generation;
    const struct pull_source *source;
    struct pull_job job;
    bool good;
    char *zh, *en;
    /* --- loop, while its rows go on the stream */
    size_t at; /* rows done */
    guint chunk;
    GPtrArray *rejects; /* struct reject */
};

/* A feed that is asked. */
struct pull {
    struct pulls *pulls;
    char *feed;
    guint generation; /* rises when a round under way no longer counts */
    guint timer;
    guint wait_s; /* before the next question after faults, 0: none */
    bool busy;
};

static void ask(struct pull *pull);

static void round_free(struct pull_round *round)
{
    json_decref(round->job.settings);
    secret_free(round->job.secret);
    json_decref(round->job.cursor);
    json_decref(round->job.rows);
    json_decref(round->job.next);
    g_clear_pointer(&round->job.faults, g_ptr_array_unref);
    g_free(round->job.trouble_zh);
    g_free(round->job.trouble_en);
    g_clear_pointer(&round->rejects, g_ptr_array_unref);
    g_free(round->feed);
    g_free(round->zh);
    g_free(round->en);
    g_free(round);
}

/* Frees `round` when it no longer counts. Returned: whom it is about; NULL: nobody any more. */
static struct pull *pull_of(struct pull_round *round)
{
    struct pull *pull = g_hash_table_lookup(round->pulls->by_feed, round->feed);
    if (pull && pull->generation == round->generation)
        return pull;
    round_free(round);
    return NULL;
}

/* --- when */

static gboolean on_timer(gpointer user)
{
    struct pull *pull = user;
    pull->timer = 0;
    ask(pull);
    return G_SOURCE_REMOVE;
}

static guint every_s(const struct feed *feed)
{
    const json_t *every = json_object_get(feed->settings, "every_s");
    return every ? (guint)json_integer_value(every) : EVERY_S;
}

static void ask_later(struct pull *pull, guint delay_ms)
{
    struct loop *loop = pull->pulls->intake->options.loop;
    loop_cancel(loop, &pull->timer);
    pull->timer = loop_after(loop, delay_ms, on_timer, pull);
}

static void fail(struct pull *pull, const char *zh, const char *en)
{
    struct feed *feed = feeds_find(pull->pulls->intake->feeds, pull->feed);
    pull->busy = false;
    if (!feed)
        return;
    if (!feed->numbers.failing)
        log_warn("intake", "feed %s: %s", feed->id, en);
    feed_note_error(feed, zh, en, clock_wall_us());
    guint least = every_s(feed);
    pull->wait_s = MIN(MAX(pull->wait_s * 2, least), MAX(least, LONGEST_WAIT_S));
    ask_later(pull, pull->wait_s * 1000);
}

/* --- what came */

static void step(struct pull_round *round);

/* What the feed's state says after a round that worked. */
static void note_state(struct feed *feed, const struct pull_round *round)
{
    const struct pull_job *job = &round->job;
    if (job->trouble_en) {
        if (round->rejects->len)
            log_warn("intake", "feed %s: %s", feed->id, job->trouble_en);
        feed_note_error(feed, job->trouble_zh, job->trouble_en, clock_wall_us());
    } else if (!round->rejects->len) {
        feed_note_good(feed);
    }
}

static void finish(struct pull_round *round, bool saved)
{
    struct pull *pull = pull_of(round);
    if (!pull)
        return;
    struct feed *feed = feeds_find(pull->pulls->intake->feeds, pull->feed);
    bool more = round->job.more;
    if (saved)
        note_state(feed, round);
    round_free(round);
    if (!saved) {
        fail(pull, "读到的位置没有存下", "how far it was read could not be saved");
        return;
    }
    pull->busy = false;
    pull->wait_s = 0;
    ask_later(pull, more ? 0 : every_s(feed) * 1000);
}

static void on_cursor_saved(bool saved, gpointer user)
{
    finish(user, saved);
}

static void save_cursor(struct pull_round *round);

static void on_rejects_kept(bool saved, gpointer user)
{
    struct pull_round *round = user;
    if (saved)
        save_cursor(round);
    else
        finish(round, false);
}

/* What was wrong is kept before the cursor moves on. */
static void keep_rejects(struct pull_round *round)
{
    if (round->rejects->len)
        rejects_keep(round->pulls->intake->rejects, round->feed, round->rejects, on_rejects_kept,
                     round);
    else
        save_cursor(round);
}

static void save_cursor(struct pull_round *round)
{
    if (!round->job.next) {
        finish(round, true);
        return;
    }
    char *dumped = json_dumps(round->job.next, JSON_ENCODE_ANY | JSON_COMPACT);
    feeds_set_cursor(round->pulls->intake->feeds, round->feed, dumped, on_cursor_saved, round);
    free(dumped);
}

static void on_written(enum writer_outcome outcome, const char *why, gpointer user)
{
    struct pull_round *round = user;
    struct pull *pull = pull_of(round);
    if (!pull)
        return;
    if (outcome != WRITER_DONE) {
        g_autofree char *en = g_strdup_printf("the event bus does not take events: %s", why);
        round_free(round);
        fail(pull, "事件总线不可用", en);
        return;
    }
    struct feed *feed = feeds_find(pull->pulls->intake->feeds, pull->feed);
    feed_note_accepted(feed, round->chunk, clock_wall_us());
    step(round);
}

/* Returned: text of the event, owned by the caller; NULL: refused, and noted at the feed. */
static char *take_row(struct pull_round *round, struct feed *feed, json_t *theirs)
{
    struct form_fault fault = {0};
    int64_t now_us = clock_wall_us();
    event_auto event = intake_read_item(round->pulls->intake, feed, theirs, now_us, &fault);
    if (event) {
        intake_note_event(feed, event);
        return event_text(event);
    }
    g_autofree char *zh = g_strdup_printf("%s:%s", fault.field ? fault.field : "事件", fault.zh);
    g_autofree char *en = g_strdup_printf("an item was left out: %s", fault.en);
    feed_note_error(feed, zh, en, now_us);
    feed->numbers.refused++;
    g_ptr_array_add(round->rejects, reject_new(theirs, now_us, fault.field, fault.zh, fault.en));
    form_fault_clear(&fault);
    return NULL;
}

/* The next rows go on the stream; after the last ones the cursor is saved. */
static void step(struct pull_round *round)
{
    struct pull *pull = pull_of(round);
    if (!pull)
        return;
    struct intake *intake = pull->pulls->intake;
    struct feed *feed = feeds_find(intake->feeds, pull->feed);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    size_t count = json_array_size(round->job.rows);
    while (round->at < count && !texts->len)
        for (guint i = 0; i < CHUNK_ROWS && round->at < count; i++) {
            char *text = take_row(round, feed, json_array_get(round->job.rows, round->at++));
            if (text)
                g_ptr_array_add(texts, text);
        }
    round->chunk = texts->len;
    if (texts->len)
        writer_put(intake->writer, (const char *const *)texts->pdata, texts->len, NULL, on_written,
                   round);
    else
        keep_rejects(round);
}

static void take_answer(gpointer message, gpointer user)
{
    struct pull_round *round = message;
    struct pull *pull = pull_of(round);
    (void)user;
    if (!pull)
        return;
    if (!round->good) {
        g_autofree char *zh = g_steal_pointer(&round->zh), *en = g_steal_pointer(&round->en);
        round_free(round);
        fail(pull, zh ? zh : "失败", en ? en : "failed");
        return;
    }
    round->rejects = round->job.faults ? g_steal_pointer(&round->job.faults)
                                       : g_ptr_array_new_with_free_func(reject_free);
    if (round->rejects->len) {
        struct feed *feed = feeds_find(pull->pulls->intake->feeds, pull->feed);
        const struct reject *first = round->rejects->pdata[0];
        feed_note_error(feed, first->zh, first->en, clock_wall_us());
        feed->numbers.refused += round->rejects->len;
    }
    step(round);
}

/* --- threads */

/* On one of the threads. */
static void run(gpointer data, gpointer user)
{
    struct pull_round *round = data;
    struct pulls *pulls = user;
    round->good = pull_source_run(round->source, &round->job, &round->zh, &round->en);
    mailbox_post(pulls->answers, round);
}

static void ask(struct pull *pull)
{
    struct intake *intake = pull->pulls->intake;
    const struct feed *feed = feeds_find(intake->feeds, pull->feed);
    const struct pull_source *source = pull_source_find(pull_text(feed->settings, "type"));
    if (pull->busy || !source)
        return;
    if (!intake_ready(intake)) { /* nowhere to put what is read */
        ask_later(pull, 1000);
        return;
    }
    struct pull_round *round = g_new0(struct pull_round, 1);
    round->pulls = pull->pulls;
    round->feed = g_strdup(feed->id);
    round->generation = pull->generation;
    round->source = source;
    const char *cursor = feeds_cursor(intake->feeds, feed->id);
    round->job = (struct pull_job){.settings = json_deep_copy(feed->settings),
                                   .secret = g_strdup(feed->secret),
                                   .cursor = json_loads(cursor, JSON_DECODE_ANY, NULL),
                                   .cancel = &pull->pulls->cancel,
                                   .file_roots = intake->file_roots};
    pull->busy = true;
    g_thread_pool_push(pull->pulls->threads, round, NULL);
}

/* --- which feeds */

static void pull_free(gpointer data)
{
    struct pull *pull = data;
    loop_cancel(pull->pulls->intake->options.loop, &pull->timer);
    g_free(pull->feed);
    g_free(pull);
}

static void on_change(const char *id, struct feed *feed, gpointer user)
{
    struct pulls *pulls = user;
    g_hash_table_remove(pulls->by_feed, id);
    if (!feed || feed->kind != FEED_PULL || !feed->enabled)
        return;
    struct pull *pull = g_new0(struct pull, 1);
    *pull = (struct pull){.pulls = pulls, .feed = g_strdup(id), .generation = ++pulls->generations};
    g_hash_table_insert(pulls->by_feed, pull->feed, pull);
    ask_later(pull, 0);
}

struct pulls *pulls_create(struct intake *intake)
{
    struct pulls *pulls = g_new0(struct pulls, 1);
    pulls->intake = intake;
    pulls->by_feed = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, pull_free);
    pulls->answers = mailbox_create(loop_context(intake->options.loop), ANSWERS, take_answer, pulls,
                                    (GDestroyNotify)round_free);
    pulls->threads = g_thread_pool_new(run, pulls, THREADS, FALSE, NULL);
    feeds_on_change(intake->feeds, on_change, pulls);
    g_autoptr(GPtrArray) all = feeds_all(intake->feeds);
    for (guint i = 0; i < all->len; i++) {
        struct feed *feed = all->pdata[i];
        on_change(feed->id, feed, pulls);
    }
    return pulls;
}

void pulls_stop(struct pulls *pulls)
{
    if (!pulls)
        return;
    g_atomic_int_set(&pulls->cancel, 1);
    g_thread_pool_free(pulls->threads, FALSE, TRUE);
    g_hash_table_remove_all(pulls->by_feed);
}

void pulls_destroy(struct pulls *pulls)
{
    if (!pulls)
        return;
    mailbox_destroy(pulls->answers);
    g_hash_table_destroy(pulls->by_feed);
    g_free(pulls);
}
