/* The change log, from where it stood: each change of a case is told once, also when the server was
 * killed between the change and the telling. */
#include "common/clock.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "notify/notify_private.h"
#include <string.h>

enum { SETTLE_US = 2000000, KEEP_US = 1000000 };
enum { PAGE = 500, AT_ONCE = 64, AGAIN_MS = 2000, SAVE_MS = 60000 };

#define POSITION "notify_position" /* setting: "EPOCH SEQ" */

struct change {
    gint64 epoch, seq;
    char *json;
};
struct follow {
    struct notify *notify;
    GQueue waiting;              /* struct change, oldest at the head */
    gint64 epoch, seq;           /* told through this one */
    gint64 last_epoch, last_seq; /* seen through this one */
    bool live, busy, ending;
    struct roster *roster; /* of the round under way, or the last one; NULL: none */
    gint64 changed_us;     /* monotonic: when people or departments changed */
    guint changes, again, save;
    guint most; /* in one transaction */
};

struct round {
    struct follow *follow;
    struct notify *notify;
    const struct roster *roster; /* the follow's */
    GPtrArray *list;             /* struct change */
    gint64 epoch, seq, now_us;
    bool waiting, page; /* orders that wait; of the log, not of the queue */
};

static void change_free(gpointer data)
{
    struct change *change = data;
    g_free(change->json);
    g_free(change);
}

static struct change *change_new(const struct store_change *from)
{
    struct change *change = g_new0(struct change, 1);
    *change = (struct change){from->epoch, from->seq, g_strdup(from->json)};
    return change;
}

static struct round *round_new(struct follow *follow, gint64 epoch, gint64 seq)
{
    struct round *round = g_new0(struct round, 1);
    *round = (struct round){.follow = follow,
                            .notify = follow->notify,
                            .epoch = epoch,
                            .seq = seq,
                            .now_us = clock_wall_us()};
    round->list = g_ptr_array_new_with_free_func(change_free);
    return round;
}

static void round_free(struct round *round)
{
    g_ptr_array_unref(round->list);
    g_free(round);
}

/* --- in the transaction */

static bool save_position(struct store_tx *tx, const struct round *round, GError **error)
{
    g_autofree char *text =
        g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, round->epoch, round->seq);
    return store_setting_put(tx, POSITION, text, error);
}

static bool tell_round(struct store_tx *tx, gpointer job, GError **error)
{
    const struct round *round = job;
    const struct telling telling = {round->notify, round->roster, round->now_us};
    if (round->waiting && !tell_waiting(tx, &telling, error))
        return false;
    for (guint i = 0; i < round->list->len; i++) {
        const struct change *change = round->list->pdata[i];
        g_autofree char *number =
            g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, change->epoch, change->seq);
        if (!tell_change(tx, &telling, change->json, number, error))
            return false;
    }
    if (round->list->len > 0)
        failpoint("notify.write");
    return save_position(tx, round, error);
}

/* --- on the loop */

static void go_on(struct follow *follow);

static gboolean try_again(gpointer user)
{
    struct follow *follow = user;
    follow->again = 0;
    go_on(follow);
    return G_SOURCE_REMOVE;
}

static void later(struct follow *follow)
{
    if (!follow->again && !follow->ending)
        follow->again = loop_after(follow->notify->options.loop, AGAIN_MS, try_again, follow);
}

static bool may_pass(const GError *error)
{
    return g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL) ||
           g_error_matches(error, STORE_ERROR, STORE_ERROR_BUSY) ||
           g_error_matches(error, STORE_ERROR, STORE_ERROR_CLOSED);
}

/* What failed goes back to where it came from; one that never succeeds is left out. */
static void put_back(struct follow *follow, struct round *round, const GError *error)
{
    bool poison = !may_pass(error) && round->list->len <= 1 && follow->most == 1;
    log_warn("notify", "%u changes could not be told%s: %s", round->list->len,
             poison ? "; left out" : "", error->message);
    follow->most = 1;
    for (guint i = round->list->len; !round->page && !poison && i-- > 0;)
        g_queue_push_head(&follow->waiting, g_steal_pointer(&round->list->pdata[i]));
    if (poison) {
        follow->epoch = round->epoch;
        follow->seq = round->seq;
    } else {
        later(follow);
    }
}

static void told(gpointer job, const GError *error)
{
    struct round *round = job;
    struct follow *follow = round->follow;
    follow->busy = false;
    if (error) {
        put_back(follow, round, error);
    } else {
        follow->epoch = round->epoch;
        follow->seq = round->seq;
        follow->most = AT_ONCE;
        post_look(follow->notify->post);
    }
    bool stop = follow->ending || (error != NULL && follow->again);
    round_free(round);
    if (!stop)
        go_on(follow);
}

/* Who there is: made anew where somebody changed since, or may be changing (a change is told before
 * its part knows it), and now and then. Only between rounds. */
static const struct roster *roster_of(struct follow *follow)
{
    const struct roster *old = follow->roster;
    bool good = old && old->made_us > follow->changed_us + SETTLE_US &&
                clock_mono_us() - old->made_us < KEEP_US;
    if (!good) {
        roster_free(follow->roster);
        follow->roster = roster_new(&follow->notify->options);
    }
    return follow->roster;
}

static void write_round(struct follow *follow, struct round *round)
{
    follow->busy = true;
    round->roster = roster_of(follow);
    store_write(follow->notify->options.store, tell_round, round, told);
}

static void take_waiting(struct follow *follow)
{
    struct round *round = round_new(follow, follow->epoch, follow->seq);
    while (round->list->len < follow->most && !g_queue_is_empty(&follow->waiting)) {
        struct change *change = g_queue_pop_head(&follow->waiting);
        round->epoch = change->epoch;
        round->seq = change->seq;
        g_ptr_array_add(round->list, change);
    }
    write_round(follow, round);
}

/* --- catching up */

static void become_live(struct follow *follow)
{
    follow->live = true;
    for (struct change *head; (head = g_queue_peek_head(&follow->waiting));) {
        if (head->epoch == follow->epoch && head->seq > follow->seq)
            break;
        if (head->epoch > follow->epoch)
            break;
        change_free(g_queue_pop_head(&follow->waiting));
    }
    go_on(follow);
}

/* The log does not reach back: orders that wait are told, the rest is seen in the lists. */
static void start_anew(struct follow *follow)
{
    gint64 epoch, seq;
    store_position(follow->notify->options.store, &epoch, &seq);
    struct round *round = round_new(follow, epoch, seq);
    round->waiting = round->page = true;
    write_round(follow, round);
}

static void on_page(const GPtrArray *changes, const GError *error, gpointer user)
{
    struct follow *follow = user;
    follow->busy = false;
    if (follow->ending)
        return;
    if (error) {
        log_warn("notify", "the change log could not be read: %s", error->message);
        later(follow);
        return;
    }
    if (!changes) {
        start_anew(follow);
        return;
    }
    if (changes->len == 0) {
        become_live(follow);
        return;
    }
    const struct store_change *last = changes->pdata[changes->len - 1];
    struct round *round = round_new(follow, last->epoch, last->seq);
    round->page = true;
    for (guint i = 0; i < changes->len; i++) {
        const struct store_change *one = changes->pdata[i];
        if (strcmp(one->topic, "case") == 0)
            g_ptr_array_add(round->list, change_new(one));
    }
    write_round(follow, round);
}

static void go_on(struct follow *follow)
{
    if (follow->busy || follow->ending)
        return;
    if (!follow->live) {
        follow->busy = true;
        store_changes_since(follow->notify->options.store, follow->epoch, follow->seq,
                            follow->most > 1 ? PAGE : 1, on_page, follow);
    } else if (!g_queue_is_empty(&follow->waiting)) {
        take_waiting(follow);
    }
}

static void on_change(const struct store_change *change, gpointer user)
{
    struct follow *follow = user;
    follow->last_epoch = change->epoch;
    follow->last_seq = change->seq;
    if (strcmp(change->topic, "user") == 0 || strcmp(change->topic, "department") == 0)
        follow->changed_us = clock_mono_us();
    if (strcmp(change->topic, "case") != 0)
        return;
    g_queue_push_tail(&follow->waiting, change_new(change));
    if (follow->live && !follow->again)
        go_on(follow);
}

/* Without cases for long, the log would not reach back to the last one. */
static gboolean save_idle(gpointer user)
{
    struct follow *follow = user;
    bool idle =
        follow->live && !follow->busy && !follow->ending && g_queue_is_empty(&follow->waiting);
    if (idle && follow->last_seq > follow->seq)
        write_round(follow, round_new(follow, follow->last_epoch, follow->last_seq));
    return G_SOURCE_CONTINUE;
}

/* --- life */

static bool read_position(struct store_tx *tx, gpointer job, GError **error)
{
    struct follow *follow = job;
    GError *bad = NULL;
    g_autofree char *text = store_setting_get(tx, POSITION, &bad);
    g_auto(GStrv) parts = text ? g_strsplit(text, " ", 2) : NULL;
    if (parts && parts[0] && parts[1]) {
        follow->epoch = g_ascii_strtoll(parts[0], NULL, 10);
        follow->seq = g_ascii_strtoll(parts[1], NULL, 10);
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

struct follow *follow_create(struct notify *notify, GError **error)
{
    struct follow *follow = g_new0(struct follow, 1);
    follow->notify = notify;
    follow->most = AT_ONCE;
    g_queue_init(&follow->waiting);
    if (!store_read_now(notify->options.store, read_position, follow, error)) {
        follow_destroy(follow);
        return NULL;
    }
    follow->changes = store_on_change(notify->options.store, on_change, follow);
    follow->save = loop_every(notify->options.loop, SAVE_MS, save_idle, follow);
    go_on(follow);
    return follow;
}

void follow_destroy(struct follow *follow)
{
    if (!follow)
        return;
    struct loop *loop = follow->notify->options.loop;
    follow->ending = true;
    if (follow->changes)
        store_off_change(follow->notify->options.store, follow->changes);
    do
        store_drain(follow->notify->options.store);
    while (follow->busy);
    loop_cancel(loop, &follow->again);
    loop_cancel(loop, &follow->save);
    g_queue_clear_full(&follow->waiting, change_free);
    roster_free(follow->roster);
    g_free(follow);
}
