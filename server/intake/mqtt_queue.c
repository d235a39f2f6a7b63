/* Messages of a broker on their way: acknowledged in their order, each when all that it says is on
 * disk. */
#include "common/clock.h"
#include "intake/mqtt_private.h"

enum {
    MOST_WAITING = 1000, /* messages; then nothing more is read */
    MOST_BATCH = 200,    /* messages whose events go on the stream together */
    RETRY_MS = 1000,
};

void mqtt_item_free(gpointer data)
{
    struct item *item = data;
    g_clear_pointer(&item->events, g_ptr_array_unref);
    g_clear_pointer(&item->states, g_ptr_array_unref);
    reject_free(item->reject);
    if (item->done)
        item->done(false, item->user);
    g_free(item);
}

struct feed *mqtt_feed_of(const struct listener *listener)
{
    return feeds_find(listener->mqtt->options.feeds, listener->feed);
}

void mqtt_note_error(const struct listener *listener, const char *zh, const char *en)
{
    struct feed *feed = mqtt_feed_of(listener);
    g_autofree char *words = g_strdup_printf("%s：%s", zh, en);
    if (feed)
        feed_note_error(feed, words, en, clock_wall_us());
}

/* --- acknowledging */

static void pump(struct listener *listener);

static void acknowledge(struct listener *listener, guint count)
{
    for (guint i = 0; i < count; i++) {
        struct item *item = g_queue_pop_head(&listener->items);
        if (item->taken.packet && item->connection == listener->connection)
            mqtt_link_ack(listener->link, item->taken.packet);
        if (item->done)
            item->done(true, item->user);
        item->done = NULL;
        mqtt_item_free(item);
    }
    if (listener->paused && g_queue_get_length(&listener->items) < MOST_WAITING / 2) {
        listener->paused = false;
        mqtt_link_pause(listener->link, false);
    }
}

/* --- a batch on its way */

void mqtt_flight_free(struct flight *flight)
{
    g_ptr_array_unref(flight->events);
    g_free(flight);
}

static void save(struct flight *flight);
static void submit(struct flight *flight);

static gboolean try_again(gpointer user)
{
    struct listener *listener = user;
    listener->retry = 0;
    if (listener->flight->told)
        save(listener->flight);
    else
        submit(listener->flight);
    return G_SOURCE_REMOVE;
}

static void try_later(struct listener *listener)
{
    listener->retry = loop_after(listener->mqtt->options.loop, RETRY_MS, try_again, listener);
}

static void end_flight(struct listener *listener, struct flight *flight, guint items)
{
    listener->flight = NULL;
    mqtt_flight_free(flight);
    acknowledge(listener, items);
    pump(listener);
}

/* What is not saved would be told again by the next number after a restart, which is known already:
 * until there is room on the disk the broker keeps the messages. */
static void on_saved(const GError *error, gpointer user)
{
    struct flight *flight = user;
    struct listener *listener = flight->owner;
    if (!listener) {
        mqtt_flight_free(flight);
        return;
    }
    struct feed *feed = mqtt_feed_of(listener);
    if (error) {
        mqtt_note_error(listener, "状态没有存下，消息暂不确认", error->message);
        flight->failed = true;
        try_later(listener);
        return;
    }
    if (feed && flight->failed)
        feed_note_good(feed);
    end_flight(listener, flight, flight->items);
}

/* States of the batch on disk, and which messages it were: one that comes again is known. */
static void save(struct flight *flight)
{
    struct listener *listener = flight->owner;
    g_autoptr(GPtrArray) states = g_ptr_array_new();
    g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(struct taken));
    GList *link = listener->items.head;
    for (guint i = 0; i < flight->items; i++, link = link->next) {
        struct item *item = link->data;
        for (guint k = 0; item->states && k < item->states->len; k++) {
            struct state *state = item->states->pdata[k];
            state->told = true;
            g_ptr_array_add(states, state);
        }
        if (item->events && item->taken.packet)
            g_array_append_val(taken, item->taken);
    }
    states_save(listener->states, states, taken, on_saved, flight);
}

static void on_submitted(enum intake_outcome outcome, const char *why, gpointer user)
{
    struct flight *flight = user;
    struct listener *listener = flight->owner;
    if (!listener) {
        mqtt_flight_free(flight);
        return;
    }
    if (outcome == INTAKE_AWAY) {
        try_later(listener);
        return;
    }
    if (outcome == INTAKE_REFUSED && flight->items > 1) {
        listener->alone = true;
        end_flight(listener, flight, 0);
        return;
    }
    if (outcome == INTAKE_REFUSED)
        mqtt_note_error(listener, "消息不合格", why);
    listener->alone = false;
    flight->told = true;
    save(flight);
}

static void submit(struct flight *flight)
{
    intake_submit(flight->owner->mqtt->options.intake, (struct event *const *)flight->events->pdata,
                  flight->events->len, on_submitted, flight);
}

/* Tells nothing, and nothing of it is to be kept (any more). */
static bool is_silent(const struct item *item)
{
    return !item->events && !item->reject;
}

/* Acknowledges what tells nothing, then sends what is at the head. */
static void pump(struct listener *listener)
{
    guint silent = 0;
    if (listener->flight)
        return;
    GList *link = listener->items.head;
    for (; link && is_silent(link->data); link = link->next)
        silent++;
    acknowledge(listener, silent);
    if (!listener->items.head || ((struct item *)listener->items.head->data)->reject)
        return;
    guint most = listener->alone ? 1 : MOST_BATCH;
    struct flight *flight = g_new0(struct flight, 1);
    flight->owner = listener;
    flight->events = g_ptr_array_new_with_free_func((GDestroyNotify)event_unref);
    for (link = listener->items.head; link && flight->items < most; link = link->next) {
        struct item *item = link->data;
        if (item->reject)
            break;
        flight->items++;
        for (guint i = 0; item->events && i < item->events->len; i++)
            g_ptr_array_add(flight->events, event_ref(item->events->pdata[i]));
    }
    listener->flight = flight;
    submit(flight);
}

/* --- what cannot be understood */

static void keep(struct listener *listener);

static gboolean on_keep_again(gpointer user)
{
    struct listener *listener = user;
    listener->keep_again = 0;
    keep(listener);
    return G_SOURCE_REMOVE;
}

static void on_kept(bool saved, gpointer user)
{
    g_autofree struct keeping *keeping = user;
    struct listener *listener = keeping->owner;
    if (!listener)
        return;
    listener->keeping = NULL;
    for (GList *link = listener->items.head; link; link = link->next) {
        struct item *item = link->data;
        if (item->keeping && saved)
            g_clear_pointer(&item->reject, reject_free);
        item->keeping = false;
    }
    if (saved)
        keep(listener);
    else
        listener->keep_again =
            loop_after(listener->mqtt->options.loop, RETRY_MS, on_keep_again, listener);
    pump(listener);
}

/* Those that wait go into the store together: many at once when a source sends nothing else. */
static void keep(struct listener *listener)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    if (listener->keeping || listener->keep_again)
        return;
    for (GList *link = listener->items.head; link; link = link->next) {
        struct item *item = link->data;
        item->keeping = item->reject != NULL;
        if (item->reject)
            g_ptr_array_add(list, item->reject);
    }
    if (!list->len)
        return;
    listener->keeping = g_new(struct keeping, 1);
    listener->keeping->owner = listener;
    rejects_keep(listener->mqtt->options.rejects, listener->feed, list, on_kept, listener->keeping);
}

void mqtt_push(struct listener *listener, struct item *item)
{
    item->connection = listener->connection;
    g_queue_push_tail(&listener->items, item);
    if (!listener->paused && g_queue_get_length(&listener->items) >= MOST_WAITING) {
        listener->paused = true;
        mqtt_link_pause(listener->link, true);
    }
    if (item->reject)
        keep(listener);
    pump(listener);
}
