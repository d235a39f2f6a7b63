#include "bus/bus.h"
#include "bus/script.h"
#include "common/failpoint.h"
#include "common/log.h"
#include <stdio.h>
#include <string.h>

#define KEY_STREAM "tw:changes"
#define KEY_LEASE  "tw:changes:lease"

#define DEFAULT_LEASE_MS    6000
#define DEFAULT_MAX_CHANGES 1000000
#define BATCH               128

/* What the bus waits for. One thing at a time, so that answers need no numbers. */
enum step {
    STEP_AWAY,  /* no connection, or another server leads: the timer tries again */
    STEP_LEASE, /* asked for the lease the first time */
    STEP_LOOK,  /* asked for the last id of the stream */
    STEP_EPOCH, /* the store begins a new epoch */
    STEP_READY, /* leads, and all that is known is published */
    STEP_READ,  /* the store reads the next changes */
    STEP_WRITE, /* Redis has them */
};

struct bus {
    struct store *store;
    struct redis *redis;
    GSource *timer;
    guint subscription;
    char *token;
    unsigned lease_ms;
    int64_t max_changes;
    enum step step;
    guint generation; /* rises when what is under way no longer counts */
    bool connected;
    gint64 epoch, seq; /* published through here; epoch 0: not known */
    gint64 confirmed;  /* of this epoch, what Redis itself said it has */
    gint64 batch_last; /* of STEP_WRITE */
    guint64 published, repeated, lost_leases;
    char *why;
    GHashTable *expected; /* set of struct expected, owned: what Redis never answers is freed too */
};

/* An answer to come, and whether it still counts. */
struct expected {
    struct bus *bus;
    guint generation;
};

static void lead(struct bus *bus);
static void pump(struct bus *bus);

static void note(struct bus *bus, const char *why)
{
    if (strcmp(bus->why, why) == 0)
        return;
    if (*why)
        log_warn("bus", "Redis is not reached: %s", why);
    g_free(bus->why);
    bus->why = g_strdup(why);
}

/* Whatever is under way does not count any more; the timer begins anew. */
static void step_back(struct bus *bus, const char *why)
{
    note(bus, why);
    bus->generation++;
    bus->step = STEP_AWAY;
}

static struct expected *expect(struct bus *bus)
{
    struct expected *expected = g_new(struct expected, 1);
    *expected = (struct expected){bus, bus->generation};
    g_hash_table_add(bus->expected, expected);
    return expected;
}

/* Frees `expected`. Returned: the bus if the answer still counts, else NULL. */
static struct bus *take(struct expected *expected)
{
    struct bus *bus = expected->bus;
    bool counts = expected->generation == bus->generation;
    g_hash_table_remove(bus->expected, expected);
    return counts ? bus : NULL;
}

static void send(struct bus *bus, GPtrArray *argv, redis_reply_fn fn)
{
    struct expected *expected = expect(bus);
    if (redis_command(bus->redis, (int)argv->len, (const char **)argv->pdata, NULL, fn, expected))
        return;
    take(expected);
    step_back(bus, "Redis takes no commands");
}

/* The same for an answer of Redis; NULL also when it is a failure. */
static struct bus *take_reply(struct expected *expected, const struct redis_reply *reply)
{
    struct bus *bus = take(expected);
    if (!bus || !reply)
        return NULL; /* the connection's own callback tells */
    if (reply->type != REDIS_FAIL)
        return bus;
    g_autofree char *why = g_strndup(reply->text, reply->size);
    if (g_str_has_prefix(why, "FENCED"))
        bus->lost_leases++;
    step_back(bus, why);
    return NULL;
}

/* How far the log may be trimmed: what Redis has, or has to do without. */
static void hold(struct bus *bus)
{
    gint64 epoch, last;
    store_position(bus->store, &epoch, &last);
    gint64 done = epoch == bus->epoch ? bus->seq : 0;
    store_hold_changes(bus->store, MAX(done, last - bus->max_changes));
}

/* --- publishing */

static void on_written(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct redis_reply count[2];
    struct bus *bus = take_reply(user, reply);
    (void)why;
    if (!bus)
        return;
    if (!redis_reply_at(reply, 0, &count[0]) || !redis_reply_at(reply, 1, &count[1])) {
        step_back(bus, "Redis answered what was not asked");
        return;
    }
    failpoint("bus.published");
    bus->published += (guint64)count[0].integer;
    bus->repeated += (guint64)count[1].integer;
    bus->seq = bus->confirmed = bus->batch_last;
    bus->step = STEP_READY;
    note(bus, "");
    hold(bus);
    pump(bus);
}

static void write_changes(struct bus *bus, const GPtrArray *changes)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GStringChunk) texts = g_string_chunk_new(4096);
    char number[64], known[64];
    g_snprintf(number, sizeof number, "%" G_GINT64_FORMAT, bus->max_changes);
    g_snprintf(known, sizeof known, "%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT,
               bus->confirmed ? bus->epoch : 0, bus->confirmed);
    const char *const head[] = {"EVAL",    SCRIPT_PUBLISH, "2",    KEY_STREAM,
                                KEY_LEASE, bus->token,     number, known};
    for (size_t i = 0; i < G_N_ELEMENTS(head); i++)
        g_ptr_array_add(argv, g_string_chunk_insert(texts, head[i]));
    for (guint i = 0; i < changes->len; i++) {
        const struct store_change *change = changes->pdata[i];
        g_snprintf(number, sizeof number, "%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, change->epoch,
                   change->seq);
        g_ptr_array_add(argv, g_string_chunk_insert(texts, number));
        g_ptr_array_add(argv, (gpointer)change->topic);
        g_ptr_array_add(argv, (gpointer)change->id);
        g_snprintf(number, sizeof number, "%" G_GINT64_FORMAT, change->time_us);
        g_ptr_array_add(argv, g_string_chunk_insert(texts, number));
        g_ptr_array_add(argv, (gpointer)change->json);
        bus->batch_last = change->seq;
    }
    bus->step = STEP_WRITE;
    send(bus, argv, on_written);
}

/* The log does not reach back to what Redis last had: what lies between is lost for readers of the
 * stream. They see the gap in the numbers and take a snapshot. */
static void skip(struct bus *bus)
{
    gint64 epoch, last;
    store_position(bus->store, &epoch, &last);
    log_warn("bus",
             "changes after %" G_GINT64_FORMAT
             " are no longer in the log; going on at %" G_GINT64_FORMAT,
             bus->seq, last);
    bus->seq = last;
    bus->step = STEP_READY;
    hold(bus);
}

static void on_read(const GPtrArray *changes, const GError *error, gpointer user)
{
    struct bus *bus = take(user);
    if (!bus)
        return;
    if (error) {
        step_back(bus, error->message);
    } else if (!changes) {
        gint64 epoch, last;
        store_position(bus->store, &epoch, &last);
        if (epoch == bus->epoch)
            skip(bus);
        else
            step_back(bus, "the log began a new epoch");
    } else if (changes->len) {
        write_changes(bus, changes);
    } else {
        bus->step = STEP_READY;
    }
}

static void pump(struct bus *bus)
{
    gint64 epoch, last;
    store_position(bus->store, &epoch, &last);
    if (bus->step != STEP_READY || (epoch == bus->epoch && last <= bus->seq))
        return;
    bus->step = STEP_READ;
    store_changes_since(bus->store, bus->epoch, bus->seq, BATCH, on_read, expect(bus));
}

static void on_change(const struct store_change *change, gpointer user)
{
    struct bus *bus = user;
    (void)change;
    hold(bus);
    pump(bus);
}

/* --- finding the place to go on */

static void on_epoch(gpointer user, const GError *error)
{
    struct bus *bus = take(user);
    if (!bus)
        return;
    if (error) {
        step_back(bus, error->message);
        return;
    }
    store_position(bus->store, &bus->epoch, &bus->seq);
    bus->seq = bus->confirmed = 0;
    bus->step = STEP_READY;
    pump(bus);
}

/* `epoch`-`seq` is the newest in Redis. Is it from our log's future, then the database was restored
 * from a backup: numbers given since must not be given again. */
static void go_on_after(struct bus *bus, gint64 epoch, gint64 seq)
{
    gint64 ours, last;
    store_position(bus->store, &ours, &last);
    if (epoch > ours || (epoch == ours && seq > last)) {
        log_warn("bus", "Redis is ahead of the database, which was restored: a new epoch begins");
        bus->step = STEP_EPOCH;
        store_new_epoch(bus->store, epoch, on_epoch, expect(bus));
        return;
    }
    bus->epoch = ours;
    bus->seq = bus->confirmed = epoch == ours ? seq : 0;
    bus->step = STEP_READY;
    hold(bus);
    pump(bus);
}

static void on_last(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct redis_reply entry, id;
    struct bus *bus = take_reply(user, reply);
    long long epoch = 0, seq = 0;
    (void)why;
    if (!bus)
        return;
    if (redis_reply_at(reply, 0, &entry) && redis_reply_at(&entry, 0, &id)) {
        g_autofree char *text = g_strndup(id.text, id.size);
        if (sscanf(text, "%lld-%lld", &epoch, &seq) != 2) {
            step_back(bus, "the stream's last id is not ours");
            return;
        }
    }
    go_on_after(bus, epoch, seq);
}

static void look(struct bus *bus)
{
    static const char *const words[] = {"XREVRANGE", KEY_STREAM, "+", "-", "COUNT", "1"};
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(argv, (gpointer)words[i]);
    bus->step = STEP_LOOK;
    send(bus, argv, on_last);
}

/* --- the lease */

static void on_lease(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct bus *bus = take_reply(user, reply);
    (void)why;
    if (!bus)
        return;
    bool ours = reply->type == REDIS_INTEGER && reply->integer == 1;
    if (!ours && bus->step != STEP_LEASE)
        bus->lost_leases++;
    if (!ours)
        step_back(bus, "");
    else if (bus->step == STEP_LEASE)
        look(bus);
}

/* Takes or renews the lease. */
static void lead(struct bus *bus)
{
    char ms[16];
    g_snprintf(ms, sizeof ms, "%u", bus->lease_ms);
    const char *const words[] = {"EVAL", SCRIPT_LEASE, "1", KEY_LEASE, bus->token, ms};
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(argv, (gpointer)words[i]);
    if (bus->step == STEP_AWAY)
        bus->step = STEP_LEASE;
    send(bus, argv, on_lease);
}

static gboolean on_timer(gpointer user)
{
    struct bus *bus = user;
    if (bus->connected)
        lead(bus);
    return G_SOURCE_CONTINUE;
}

static void on_state(bool connected, const char *why, gpointer user)
{
    struct bus *bus = user;
    bus->connected = connected;
    if (!connected) {
        step_back(bus, why);
        return;
    }
    log_info("bus", "Redis is reached");
    lead(bus);
}

/* --- the whole */

struct bus *bus_create(const struct bus_options *options, GError **error)
{
    struct bus *bus = g_new0(struct bus, 1);
    bus->store = options->store;
    bus->token = store_id_new();
    bus->expected = g_hash_table_new_full(NULL, NULL, g_free, NULL);
    bus->why = g_strdup("");
    bus->lease_ms = options->lease_ms ? options->lease_ms : DEFAULT_LEASE_MS;
    bus->max_changes = options->max_changes ? options->max_changes : DEFAULT_MAX_CHANGES;
    bus->redis = redis_create(options->url, options->context, on_state, bus, error);
    if (!bus->redis) {
        bus_destroy(bus);
        return NULL;
    }
    if (options->timing)
        redis_set_timing(bus->redis, options->timing);
    bus->timer = g_timeout_source_new(bus->lease_ms / 3);
    g_source_set_callback(bus->timer, on_timer, bus, NULL);
    g_source_attach(bus->timer, options->context);
    bus->subscription = store_on_change(bus->store, on_change, bus);
    hold(bus);
    return bus;
}

void bus_destroy(struct bus *bus)
{
    if (!bus)
        return;
    if (bus->timer) {
        g_source_destroy(bus->timer);
        g_source_unref(bus->timer);
        store_off_change(bus->store, bus->subscription);
        bus->generation++;
        store_drain(bus->store); /* a read that is under way still names the bus */
    }
    redis_destroy(bus->redis);
    g_hash_table_destroy(bus->expected);
    g_free(bus->token);
    g_free(bus->why);
    g_free(bus);
}

void bus_stats(const struct bus *bus, struct bus_stats *stats)
{
    gint64 epoch, last;
    store_position(bus->store, &epoch, &last);
    *stats = (struct bus_stats){
        .connected = bus->connected,
        .leads = bus->step >= STEP_READY,
        .behind = epoch == bus->epoch ? last - bus->seq : last,
        .published = bus->published,
        .repeated = bus->repeated,
        .lost_leases = bus->lost_leases,
        .why = bus->why,
    };
}
