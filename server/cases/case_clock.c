/* What time brings to cases: reminders, what is over, the next level of mediation. What was done is
 * written with the timer's row, so that neither a restart nor a clock that is set does it twice. */
#include "cases/case_pause.h"
#include "cases/case_timer.h"
#include "cases/cases_private.h"
#include "common/log.h"
#include <string.h>

enum { LOOK_MS = 1000, MOST_AT_ONCE = 50, SWEEP_TICKS = 6 * 3600, KEY_DAYS = 30 };

struct case_clock {
    struct cases *cases;
    guint source;
    bool running, look;
    guint ticks;
    gint64 next_us;
};

/* One round of reading and writing. */
struct round {
    struct case_clock *clock;
    const struct case_book *book;
    gint64 now_us, next_us;
    int done;
};

static const struct workflow_timer *timer_of(const struct workflow *workflow, const char *id)
{
    for (guint i = 0; workflow && i < workflow->timers->len; i++) {
        const struct workflow_timer *timer =
            &g_array_index(workflow->timers, struct workflow_timer, i);
        if (strcmp(timer->id, id) == 0)
            return timer;
    }
    return NULL;
}

static bool tell(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                 const char *action, const struct case_due *due, json_t *details, gint64 now_us,
                 GError **error)
{
    static const struct identity_actor machine = {.user = NULL};
    const struct case_record record = {.action = action,
                                       .from_state = row->state,
                                       .to_state = row->state,
                                       .note = "",
                                       .details = details};
    json_object_set_new(details, "timer", json_string(due->timer));
    json_object_set_new(details, "due_us", case_json_time(due->due_us));
    if (due->order)
        json_object_set_new(details, "order", json_string(due->order));
    bool fine = case_save(tx, book, row, &record, &machine, now_us, error);
    json_decref(details);
    return fine;
}

static bool remind(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                   const struct workflow_timer *timer, const struct case_due *due, gint64 now_us,
                   GError **error)
{
    gint64 given = due->reminded + 1;
    gint64 next_us = given < (gint64)timer->reminder_count
                         ? due->due_us - timer->reminders[given] * CALENDAR_DAY_US
                         : due->due_us;
    json_t *details = json_pack("{s:i}", "days", (int)timer->reminders[due->reminded]);
    return case_timer_done(tx, due, next_us, false, now_us, error) &&
           tell(tx, book, row, "reminder", due, details, now_us, error);
}

static bool next_level(struct store_tx *tx, const struct case_book *book, struct case_row *row,
                       const struct case_due *due, gint64 now_us, GError **error)
{
    bool few;
    json_t *details = json_pack("{s:I,s:I}", "level", (json_int_t)row->level, "attempts",
                                (json_int_t)row->attempts);
    case_next_level(row, &few);
    row->version++;
    json_object_set_new(details, "few_attempts", json_boolean(few));
    json_object_set_new(details, "escalated_to", json_integer(row->level));
    return tell(tx, book, row, "escalated", due, details, now_us, error);
}

static bool do_one(struct store_tx *tx, const struct case_book *book, const struct case_due *due,
                   gint64 now_us, GError **error)
{
    case_row_auto row = {0};
    if (!case_row_load(tx, due->case_id, &row, error))
        return false;
    const struct workflow_timer *timer =
        timer_of(case_book_workflow(book, row.workflow), due->timer);
    if (timer && due->next_us < due->due_us && due->reminded < (gint64)timer->reminder_count)
        return remind(tx, book, &row, timer, due, now_us, error);
    if (!case_timer_done(tx, due, 0, true, now_us, error))
        return false;
    if (!timer || timer->quiet)
        return true;
    if (timer->levels && row.level < CASE_LEVELS)
        return next_level(tx, book, &row, due, now_us, error);
    row.overdue++;
    return tell(tx, book, &row, "overdue", due, json_object(), now_us, error);
}

/* A resolution or an instruction that is not done by its date. One of a case that is over is only
 * marked. */
static bool do_item(struct store_tx *tx, const struct case_book *book, const struct case_due *due,
                    gint64 now_us, GError **error)
{
    case_row_auto row = {0};
    if (!case_row_load(tx, due->case_id, &row, error) ||
        !store_exec(tx, error, "UPDATE case_item SET over_us = ? WHERE id = ?", "is", now_us,
                    due->id))
        return false;
    if (row.closed_us)
        return true;
    row.overdue++;
    return tell(tx, book, &row, "overdue", due, json_pack("{s:s}", "item", due->id), now_us, error);
}

static bool run_items(struct store_tx *tx, const struct case_book *book, gint64 now_us, int limit,
                      int *done, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(case_due_free);
    bool fine = limit <= 0 || case_items_due(tx, now_us, limit, list, error);
    for (guint i = 0; fine && i < list->len; i++, (*done)++)
        fine = do_item(tx, book, list->pdata[i], now_us, error);
    return fine;
}

bool case_clock_run(struct store_tx *tx, const struct case_book *book, gint64 now_us, int limit,
                    int *done, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(case_due_free);
    *done = 0;
    if (!case_timers_due(tx, now_us, limit, list, error))
        return false;
    for (guint i = 0; i < list->len; i++) {
        if (!do_one(tx, book, list->pdata[i], now_us, error))
            return false;
        (*done)++;
    }
    return run_items(tx, book, now_us, limit - *done, done, error) &&
           case_pauses_end(tx, book, now_us, limit - *done, done, error);
}

static bool next_of_all(struct store_tx *tx, gint64 *next_us, GError **error)
{
    gint64 pause_us;
    if (!case_timers_next(tx, next_us, error) || !case_pauses_next(tx, &pause_us, error))
        return false;
    if (pause_us && (!*next_us || pause_us < *next_us))
        *next_us = pause_us;
    return true;
}

/* --- on the loop */

static bool read_next(struct store_tx *tx, gpointer job, GError **error)
{
    struct round *round = job;
    return next_of_all(tx, &round->next_us, error);
}

static bool write_due(struct store_tx *tx, gpointer job, GError **error)
{
    struct round *round = job;
    return case_clock_run(tx, round->book, round->now_us, MOST_AT_ONCE, &round->done, error) &&
           next_of_all(tx, &round->next_us, error);
}

static void ended(gpointer job, const GError *error)
{
    struct round *round = job;
    struct case_clock *clock = round->clock;
    clock->running = false;
    if (error)
        log_warn("cases", "timers could not be worked: %s", error->message);
    clock->look = clock->look || error || round->done == MOST_AT_ONCE;
    clock->next_us = round->next_us;
    g_free(round);
}

/* A retry comes within minutes; the keys of a month ago are nobody's. */
static bool drop_keys(struct store_tx *tx, gpointer job, GError **error)
{
    const struct round *round = job;
    return store_exec(tx, error, "DELETE FROM case_key WHERE time_us < ?", "i",
                      round->now_us - KEY_DAYS * CALENDAR_DAY_US);
}

static void sweep(struct case_clock *clock, gint64 now_us)
{
    struct round *round = g_new0(struct round, 1);
    round->now_us = now_us;
    store_write(clock->cases->options.store, drop_keys, round, NULL);
}

static gboolean tick(gpointer user)
{
    struct case_clock *clock = user;
    gint64 now_us = cases_now(clock->cases);
    if (clock->ticks++ % SWEEP_TICKS == 0)
        sweep(clock, now_us);
    bool due = clock->next_us && clock->next_us <= now_us;
    if (clock->running || (!due && !clock->look))
        return G_SOURCE_CONTINUE;
    struct round *round = g_new0(struct round, 1);
    *round = (struct round){.clock = clock, .book = clock->cases->book, .now_us = now_us};
    clock->running = true;
    clock->look = false;
    if (due)
        store_write(clock->cases->options.store, write_due, round, ended);
    else
        store_read(clock->cases->options.store, read_next, round, ended);
    return G_SOURCE_CONTINUE;
}

struct case_clock *case_clock_create(struct cases *cases)
{
    struct case_clock *clock = g_new0(struct case_clock, 1);
    clock->cases = cases;
    clock->look = true;
    clock->source = loop_every(cases->options.loop, LOOK_MS, tick, clock);
    return clock;
}

void case_clock_look(struct case_clock *clock)
{
    clock->look = true;
}

void case_clock_destroy(struct case_clock *clock)
{
    if (!clock)
        return;
    loop_cancel(clock->cases->options.loop, &clock->source);
    g_free(clock);
}
