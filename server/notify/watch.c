/* Orders that reached nobody of the department by their limit: the supervisor is told, once, on the
 * case's record. */
#include "common/clock.h"
#include "common/log.h"
#include "notify/notify_private.h"

enum { LOOK_MS = 2000, AT_ONCE = 100 };

struct watch {
    struct notify *notify;
    guint source;
    bool busy, ending;
};
struct round {
    struct watch *watch;
    const struct notify *notify;
    gint64 now_us;
    GPtrArray *list; /* order, case, department, limit: four texts each */
};

/* The case's own timer of delivery covers what was sent before it ran out, unless another
 * department met it; everything else has undelivered_minutes. A message that a gateway took
 * reached the department. */
#define LIMIT_OF                                                                                   \
    "CASE WHEN t.due_us >= o.sent_us AND t.state IN ('running', 'over') THEN t.due_us"             \
    " ELSE o.sent_us + ? END"
#define UNREACHED                                                                                  \
    "SELECT o.id, o.case_id, o.department, " LIMIT_OF " FROM case_order o"                         \
    " JOIN case_file f ON f.id = o.case_id"                                                        \
    " LEFT JOIN case_timer t ON t.id = (SELECT MAX(x.id) FROM case_timer x"                        \
    " WHERE x.case_id = o.case_id AND x.timer = 'delivery')"                                       \
    " WHERE o.state = 'SENT' AND o.seen_us = 0 AND f.closed_us = 0"                                \
    " AND COALESCE(t.state, '') <> 'paused' AND (" LIMIT_OF ") <= ?"                               \
    " AND NOT EXISTS (SELECT 1 FROM order_undelivered u WHERE u.order_id = o.id)"                  \
    " AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.object = o.id AND d.kind = 'order'"         \
    " AND d.state = 'sent') ORDER BY o.sent_us LIMIT ?"

static bool find(struct store_tx *tx, gpointer job, GError **error)
{
    struct round *round = job;
    GError *bad = NULL;
    gint64 patience_us = round->notify->plan->undelivered_us;
    store_rows_auto rows = store_query(tx, error, UNREACHED, "iiii", patience_us, patience_us,
                                       round->now_us, (gint64)AT_ONCE);
    while (rows && store_rows_next(rows, &bad)) {
        for (int i = 0; i < 3; i++)
            g_ptr_array_add(round->list, store_text_dup(rows, i));
        g_ptr_array_add(round->list, g_strdup_printf("%" G_GINT64_FORMAT, store_int(rows, 3)));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool note(struct store_tx *tx, const struct round *round, char **one, GError **error)
{
    if (!store_exec(tx, error,
                    "INSERT INTO order_undelivered (order_id, time_us) VALUES (?, ?)"
                    " ON CONFLICT (order_id) DO NOTHING",
                    "si", one[0], round->now_us))
        return false;
    if (store_changed(tx) == 0)
        return true;
    json_t *details =
        json_pack("{s:s,s:s,s:s}", "order", one[0], "department", one[2], "due_us", one[3]);
    bool fine = round->notify->options.cases->note(tx, one[1], "undelivered", details,
                                                   round->now_us, error);
    json_decref(details);
    return fine;
}

/* Looked for again: somebody may have seen one meanwhile. */
static bool write_all(struct store_tx *tx, gpointer job, GError **error)
{
    struct round *round = job;
    g_ptr_array_set_size(round->list, 0);
    bool fine = find(tx, round, error);
    for (guint i = 0; fine && i < round->list->len; i += 4)
        fine = note(tx, round, (char **)&round->list->pdata[i], error);
    return fine;
}

static void through(struct round *round, const GError *error)
{
    if (error)
        log_warn("notify", "orders that reached nobody could not be told: %s", error->message);
    round->watch->busy = false;
    g_ptr_array_unref(round->list);
    g_free(round);
}

static void written(gpointer job, const GError *error)
{
    through(job, error);
}

static void found(gpointer job, const GError *error)
{
    struct round *round = job;
    if (error || round->list->len == 0 || round->watch->ending)
        through(round, error);
    else
        store_write(round->notify->options.store, write_all, round, written);
}

static gboolean tick(gpointer user)
{
    struct watch *watch = user;
    if (watch->busy)
        return G_SOURCE_CONTINUE;
    struct round *round = g_new0(struct round, 1);
    round->watch = watch;
    round->notify = watch->notify;
    round->now_us = clock_wall_us();
    round->list = g_ptr_array_new_with_free_func(g_free);
    watch->busy = true;
    store_read(watch->notify->options.store, find, round, found);
    return G_SOURCE_CONTINUE;
}

struct watch *watch_create(struct notify *notify)
{
    struct watch *watch = g_new0(struct watch, 1);
    watch->notify = notify;
    watch->source = loop_every(notify->options.loop, LOOK_MS, tick, watch);
    return watch;
}

void watch_destroy(struct watch *watch)
{
    if (!watch)
        return;
    loop_cancel(watch->notify->options.loop, &watch->source);
    watch->ending = true;
    do
        store_drain(watch->notify->options.store);
    while (watch->busy);
    g_free(watch);
}
