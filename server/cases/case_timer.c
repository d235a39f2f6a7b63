#include "cases/case_timer.h"
#include <string.h>

/* A timer that is not over for its case: `ended_us` 0. */
struct live {
    char *id, *timer, *order, *state, *limit;
    gint64 start_us, set_us, due_us, warn_us, reminded;
    bool wanted;
};
struct order {
    char *id;
    int state;
    bool lead, seen;
    gint64 due_us;
};
/* What fitting works with. */
struct fit {
    struct store_tx *tx;
    const struct case_book *book;
    const struct workflow *workflow;
    struct case_row *row;
    gint64 now_us;
    GPtrArray *live;   /* struct live */
    GPtrArray *orders; /* struct order */
    GArray *pauses;    /* struct due_pause */
};

static void live_free(gpointer data)
{
    struct live *live = data;
    g_free(live->id);
    g_free(live->timer);
    g_free(live->order);
    g_free(live->state);
    g_free(live->limit);
    g_free(live);
}

static void order_free(gpointer data)
{
    struct order *order = data;
    g_free(order->id);
    g_free(order);
}

static void fit_clear(struct fit *fit)
{
    g_clear_pointer(&fit->live, g_ptr_array_unref);
    g_clear_pointer(&fit->orders, g_ptr_array_unref);
    g_clear_pointer(&fit->pauses, g_array_unref);
}

/* --- reading */

static bool end_rows(struct store_rows *rows, GError *bad, GError **error)
{
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool read_live(struct fit *fit, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        fit->tx, error,
        "SELECT id, timer, order_id, state, limit_text, start_us, set_us, due_us, warn_us, reminded"
        " FROM case_timer WHERE case_id = ? AND ended_us = 0 ORDER BY id",
        "s", fit->row->id);
    while (rows && store_rows_next(rows, &bad)) {
        struct live *live = g_new0(struct live, 1);
        live->id = store_text_dup(rows, 0);
        live->timer = store_text_dup(rows, 1);
        live->order = store_text_dup(rows, 2);
        live->state = store_text_dup(rows, 3);
        live->limit = store_text_dup(rows, 4);
        live->start_us = store_int(rows, 5);
        live->set_us = store_int(rows, 6);
        live->due_us = store_int(rows, 7);
        live->warn_us = store_int(rows, 8);
        live->reminded = store_int(rows, 9);
        g_ptr_array_add(fit->live, live);
    }
    return end_rows(rows, bad, error);
}

static bool read_orders(struct fit *fit, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(fit->tx, error,
                    "SELECT id, state, lead, due_us, seen_us FROM case_order WHERE case_id = ?"
                    " ORDER BY id",
                    "s", fit->row->id);
    while (rows && store_rows_next(rows, &bad)) {
        struct order *order = g_new0(struct order, 1);
        order->id = store_text_dup(rows, 0);
        order->state = order_state_find(store_text(rows, 1));
        order->lead = store_int(rows, 2) != 0;
        order->due_us = store_int(rows, 3);
        order->seen = store_int(rows, 4) != 0;
        g_ptr_array_add(fit->orders, order);
    }
    return end_rows(rows, bad, error);
}

static bool read_pauses(struct fit *fit, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        fit->tx, error, "SELECT from_us, to_us FROM case_pause WHERE case_id = ? ORDER BY from_us",
        "s", fit->row->id);
    while (rows && store_rows_next(rows, &bad)) {
        struct due_pause pause = {store_int(rows, 0), store_int(rows, 1)};
        if (!pause.to_us)
            pause.to_us = G_MAXINT64;
        g_array_append_val(fit->pauses, pause);
    }
    return end_rows(rows, bad, error);
}

static bool fit_begin(struct fit *fit, struct store_tx *tx, const struct case_book *book,
                      struct case_row *row, gint64 now_us, GError **error)
{
    *fit = (struct fit){.tx = tx,
                        .book = book,
                        .workflow = case_book_workflow(book, row->workflow),
                        .row = row,
                        .now_us = now_us,
                        .live = g_ptr_array_new_with_free_func(live_free),
                        .orders = g_ptr_array_new_with_free_func(order_free),
                        .pauses = g_array_new(FALSE, FALSE, sizeof(struct due_pause))};
    if (!fit->workflow) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_REFUSED, "there is no workflow %s",
                    row->workflow);
        return false;
    }
    return read_live(fit, error) && read_orders(fit, error) && read_pauses(fit, error);
}

/* --- when */

static const struct workflow_timer *timer_of(const struct workflow *workflow, const char *id)
{
    for (guint i = 0; i < workflow->timers->len; i++) {
        const struct workflow_timer *timer =
            &g_array_index(workflow->timers, struct workflow_timer, i);
        if (strcmp(timer->id, id) == 0)
            return timer;
    }
    return NULL;
}

static gint64 next_of(const struct workflow_timer *timer, const struct live *live)
{
    if (!live->due_us)
        return 0;
    if (timer && live->reminded < (gint64)timer->reminder_count)
        return live->due_us - timer->reminders[live->reminded] * CALENDAR_DAY_US;
    return live->due_us;
}

/* Sets due and warning by the limit, by what a person set, and by the pauses. */
static void reckon(const struct fit *fit, const struct workflow_timer *timer, struct live *live)
{
    const struct due_limit *limit = workflow_limit(timer, fit->row->grade, (int)fit->row->level);
    bool known = live->set_us != 0;
    live->due_us = live->set_us;
    if (!known && limit)
        known = due_at(fit->book->calendar, limit, live->start_us,
                       (const struct due_pause *)(void *)fit->pauses->data, fit->pauses->len,
                       &live->due_us);
    if (!known)
        live->due_us = 0;
    live->warn_us = known ? due_warn(live->start_us, live->due_us) : 0;
    case_row_set(&live->state, known ? "running" : "unknown");
}

static bool save(const struct fit *fit, const struct workflow_timer *timer, const struct live *live,
                 GError **error)
{
    bool running = strcmp(live->state, "running") == 0;
    return store_exec(fit->tx, error,
                      "UPDATE case_timer SET set_us = ?, due_us = ?, warn_us = ?, next_us = ?,"
                      " state = ? WHERE id = ?",
                      "iiiiss", live->set_us, live->due_us, live->warn_us,
                      running ? next_of(timer, live) : (gint64)0, live->state, live->id);
}

/* --- what runs */

static char *limit_text(const struct workflow_timer *timer, const struct case_row *row)
{
    const struct due_limit *limit = workflow_limit(timer, row->grade, (int)row->level);
    json_t *value = json_pack("{s:o}", "limit", due_limit_json(limit));
    if (timer->by == BY_LEVEL)
        json_object_set_new(value, "level", json_integer(row->level));
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(value);
    return text;
}

/* Has the department that has to act seen its order? What was done before a case came back is not
 * delivery. */
static bool is_delivered(const struct fit *fit)
{
    bool seen = false;
    for (guint i = 0; i < fit->orders->len; i++) {
        const struct order *order = fit->orders->pdata[i];
        bool holds = order->state == ORDER_SENT || order->state == ORDER_TAKEN;
        seen = seen || (order->lead && holds && order->seen);
    }
    return seen;
}

static bool wants_case(const struct fit *fit, const struct workflow_timer *timer, int state)
{
    const struct case_row *row = fit->row;
    return !timer->order && (timer->in & (1U << state)) &&
           (!timer->channels ||
            g_strv_contains((const char *const *)timer->channels, row->channel)) &&
           (!timer->agreed || (row->agreed_us && !row->court_us)) &&
           (!timer->until_seen || !is_delivered(fit)) &&
           workflow_limit(timer, row->grade, (int)row->level);
}

static struct live *find_live(const struct fit *fit, const struct workflow_timer *timer,
                              const char *order)
{
    for (guint i = 0; i < fit->live->len; i++) {
        struct live *live = fit->live->pdata[i];
        if (strcmp(live->timer, timer->id) == 0 && g_strcmp0(live->order, order) == 0)
            return live;
    }
    return NULL;
}

/* Is it the time of the work itself? Until when an order may be given back is no date of the work.
 */
static bool is_work(const struct workflow_timer *timer)
{
    return timer && timer->order && !timer->quiet && (timer->in & (1U << ORDER_TAKEN));
}

static bool start(struct fit *fit, const struct workflow_timer *timer, const struct order *order,
                  GError **error)
{
    struct live *live = g_new0(struct live, 1);
    g_ptr_array_add(fit->live, live);
    live->id = store_id_new();
    live->timer = g_strdup(timer->id);
    live->order = g_strdup(order ? order->id : NULL);
    live->limit = limit_text(timer, fit->row);
    live->start_us = fit->now_us;
    live->set_us = order && is_work(timer) ? order->due_us : 0;
    live->wanted = true;
    reckon(fit, timer, live);
    return store_exec(fit->tx, error,
                      "INSERT INTO case_timer (id, case_id, order_id, timer, start_us, set_us,"
                      " due_us, warn_us, next_us, state, limit_text)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "ssssiiiiiss", live->id, fit->row->id, live->order, live->timer,
                      live->start_us, live->set_us, live->due_us, live->warn_us,
                      next_of(timer, live), live->state, live->limit);
}

/* Another grade has another limit from the same beginning; what a person set, and what is over and
 * told, stays. */
static bool fit_grade(struct fit *fit, const struct workflow_timer *timer, struct live *live,
                      GError **error)
{
    g_autofree char *now = limit_text(timer, fit->row);
    if (strcmp(now, live->limit) == 0 || live->set_us || strcmp(live->state, "over") == 0)
        return true;
    case_row_set(&live->limit, now);
    reckon(fit, timer, live);
    return save(fit, timer, live, error) &&
           store_exec(fit->tx, error, "UPDATE case_timer SET limit_text = ? WHERE id = ?", "ss",
                      live->limit, live->id);
}

static bool want(struct fit *fit, const struct workflow_timer *timer, const struct order *order,
                 GError **error)
{
    struct live *live = find_live(fit, timer, order ? order->id : NULL);
    if (live && timer->by == BY_LEVEL) {
        g_autofree char *now = limit_text(timer, fit->row);
        if (strcmp(now, live->limit) != 0)
            live = NULL; /* another level: the old one ends */
    }
    if (!live)
        return start(fit, timer, order, error);
    live->wanted = true;
    return timer->by != BY_GRADE || fit_grade(fit, timer, live, error);
}

static bool want_all(struct fit *fit, GError **error)
{
    int state = workflow_state_find(fit->workflow, fit->row->state);
    bool open = state >= 0 && !workflow_state(fit->workflow, state)->end;
    for (guint i = 0; i < fit->workflow->timers->len; i++) {
        const struct workflow_timer *timer =
            &g_array_index(fit->workflow->timers, struct workflow_timer, i);
        if (state >= 0 && wants_case(fit, timer, state) && !want(fit, timer, NULL, error))
            return false;
        for (guint o = 0; timer->order && open && o < fit->orders->len; o++) {
            const struct order *order = fit->orders->pdata[o];
            bool holds = order->state >= 0 && (timer->in & (1U << order->state)) &&
                         workflow_limit(timer, fit->row->grade, (int)fit->row->level);
            if (holds && !want(fit, timer, order, error))
                return false;
        }
    }
    return true;
}

static bool end_unwanted(struct fit *fit, GError **error)
{
    for (guint i = 0; i < fit->live->len; i++) {
        const struct live *live = fit->live->pdata[i];
        bool over = strcmp(live->state, "over") == 0;
        if (!live->wanted &&
            !store_exec(fit->tx, error,
                        "UPDATE case_timer SET state = ?, ended_us = ?, next_us = 0 WHERE id = ?",
                        "sis", over ? "over" : "met", fit->now_us, live->id))
            return false;
    }
    return true;
}

static bool is_lead(const struct fit *fit, const char *order_id)
{
    for (guint i = 0; i < fit->orders->len; i++) {
        const struct order *order = fit->orders->pdata[i];
        if (g_strcmp0(order->id, order_id) == 0)
            return order->lead;
    }
    return false;
}

/* The row shows what is due next, and until when the work is. */
static void show(struct fit *fit)
{
    struct case_row *row = fit->row;
    row->due_us = row->warn_us = row->calendar_unknown = 0;
    case_row_set(&row->due_timer, NULL);
    for (guint i = 0; i < fit->live->len; i++) {
        const struct live *live = fit->live->pdata[i];
        const struct workflow_timer *timer = timer_of(fit->workflow, live->timer);
        if (!live->wanted || strcmp(live->state, "paused") == 0)
            continue;
        if (strcmp(live->state, "unknown") == 0)
            row->calendar_unknown = 1;
        if (live->due_us && (!row->due_us || live->due_us < row->due_us)) {
            row->due_us = live->due_us;
            row->warn_us = live->warn_us;
            case_row_set(&row->due_timer, live->timer);
        }
        if (is_work(timer) && live->due_us && is_lead(fit, live->order))
            row->finish_us = live->due_us;
    }
}

static bool is_resting(const struct fit *fit)
{
    int state = workflow_state_find(fit->workflow, fit->row->state);
    const struct workflow_state *now = state >= 0 ? workflow_state(fit->workflow, state) : NULL;
    return now && (now->pause || now->end == END_MERGED);
}

bool case_timers_fit(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                     gint64 now_us, GError **error)
{
    struct fit fit;
    bool fine = fit_begin(&fit, tx, book, row, now_us, error);
    if (fine && !is_resting(&fit)) {
        fine = want_all(&fit, error) && end_unwanted(&fit, error);
    }
    if (fine)
        show(&fit);
    fit_clear(&fit);
    return fine;
}

bool case_timers_again(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                       gint64 now_us, bool *changed, GError **error)
{
    struct fit fit;
    bool fine = fit_begin(&fit, tx, book, row, now_us, error);
    *changed = false;
    for (guint i = 0; fine && i < fit.live->len; i++) {
        struct live *live = fit.live->pdata[i];
        const struct workflow_timer *timer = timer_of(fit.workflow, live->timer);
        bool waits = strcmp(live->state, "running") == 0 || strcmp(live->state, "unknown") == 0;
        gint64 before_us = live->due_us;
        if (!waits || !timer || !workflow_limit(timer, row->grade, (int)row->level))
            continue;
        reckon(&fit, timer, live);
        if (live->due_us == before_us)
            continue;
        *changed = true;
        fine = save(&fit, timer, live, error);
    }
    fit_clear(&fit);
    return fine;
}

/* Due as a person says; what rests goes on resting. */
static bool set_due(const struct fit *fit, const struct workflow_timer *timer, struct live *live,
                    gint64 until_us, GError **error)
{
    bool rests = strcmp(live->state, "paused") == 0;
    live->set_us = until_us;
    reckon(fit, timer, live);
    if (rests)
        case_row_set(&live->state, "paused");
    return save(fit, timer, live, error);
}

bool case_timers_extend(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                        const char *order, gint64 until_us, gint64 now_us, GError **error)
{
    struct fit fit;
    bool fine = fit_begin(&fit, tx, book, row, now_us, error);
    for (guint i = 0; fine && i < fit.live->len; i++) {
        struct live *live = fit.live->pdata[i];
        const struct workflow_timer *timer = timer_of(fit.workflow, live->timer);
        if (!is_work(timer) || (order && g_strcmp0(live->order, order) != 0))
            continue;
        fine = set_due(&fit, timer, live, until_us, error);
    }
    fit_clear(&fit);
    return fine;
}

/* The limit of the case itself that runs or rests; NULL: none. */
static struct live *limit_of_case(const struct fit *fit, const char *id)
{
    const struct workflow_timer *timer = timer_of(fit->workflow, id);
    return timer && !timer->order && timer->extend_days ? find_live(fit, timer, NULL) : NULL;
}

bool case_timer_most(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                     const char *timer, gint64 now_us, gint64 *most_us, bool *over, GError **error)
{
    struct fit fit;
    bool fine = fit_begin(&fit, tx, book, row, now_us, error);
    const struct live *live = fine ? limit_of_case(&fit, timer) : NULL;
    *most_us = 0;
    *over = live && (strcmp(live->state, "over") == 0 ||
                     (strcmp(live->state, "running") == 0 && live->due_us <= now_us));
    if (live && live->due_us)
        *most_us =
            live->due_us + (gint64)timer_of(fit.workflow, timer)->extend_days * CALENDAR_DAY_US;
    fit_clear(&fit);
    return fine;
}

bool case_timer_extend(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                       const char *timer, gint64 until_us, gint64 now_us, GError **error)
{
    struct fit fit;
    bool fine = fit_begin(&fit, tx, book, row, now_us, error);
    struct live *live = fine ? limit_of_case(&fit, timer) : NULL;
    if (live)
        fine = set_due(&fit, timer_of(fit.workflow, timer), live, until_us, error);
    fit_clear(&fit);
    return fine;
}

bool case_timers_pause(struct store_tx *tx, const struct case_row *row, GError **error)
{
    return store_exec(tx, error,
                      "UPDATE case_timer SET state = 'paused', next_us = 0"
                      " WHERE case_id = ? AND ended_us = 0 AND state IN ('running', 'unknown')",
                      "s", row->id);
}

/* What a person set is moved by the newest pause; limits are reckoned anew. */
static void move_set(const struct fit *fit, struct live *live)
{
    if (!live->set_us || !fit->pauses->len)
        return;
    const struct due_pause *last =
        &g_array_index(fit->pauses, struct due_pause, fit->pauses->len - 1);
    if (last->to_us == fit->now_us)
        live->set_us += last->to_us - MAX(last->from_us, live->start_us);
}

bool case_timers_resume(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                        gint64 now_us, GError **error)
{
    struct fit fit;
    bool fine = fit_begin(&fit, tx, book, row, now_us, error);
    for (guint i = 0; fine && i < fit.live->len; i++) {
        struct live *live = fit.live->pdata[i];
        const struct workflow_timer *timer = timer_of(fit.workflow, live->timer);
        if (strcmp(live->state, "paused") != 0 || !timer)
            continue;
        move_set(&fit, live);
        reckon(&fit, timer, live);
        fine = save(&fit, timer, live, error);
    }
    fit_clear(&fit);
    return fine;
}
