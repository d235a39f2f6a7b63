#include "identity/identity.h"
#include "common/clock.h"
#include "identity/internal.h"

#define HOUR_US      (3600LL * G_USEC_PER_SEC)
#define TICK_S       10
#define SAVE_TICKS   6 /* sessions' last use is written each minute */
#define LIMITED_KEYS 20000

static void fill_in_defaults(struct identity_options *options)
{
    struct {
        int64_t *value, otherwise;
    } times[] = {
        {&options->idle_us, 12 * HOUR_US},
        {&options->absolute_us, 24 * HOUR_US},
        {&options->reason_us, 12 * HOUR_US},
        {&options->lock_us, HOUR_US / 4},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        if (*times[i].value == 0)
            *times[i].value = times[i].otherwise;
    }
    if (options->login_failures == 0)
        options->login_failures = 10;
    if (options->logins_per_min == 0)
        options->logins_per_min = 30;
    if (options->login_tries_per_min == 0)
        options->login_tries_per_min = 5;
    if (!options->now_us) {
        options->now_us = clock_wall_us;
        options->mono_us = clock_mono_us;
    }
}

void identity_tick(struct identity *identity)
{
    sessions_expire(identity, identity_now(identity));
    if (++identity->ticks % SAVE_TICKS == 0)
        sessions_save(identity, identity_now(identity));
}

static gboolean on_tick(gpointer user)
{
    identity_tick(user);
    return G_SOURCE_CONTINUE;
}

void identity_put_person(struct identity *identity, struct person *person)
{
    const struct person *before = g_hash_table_lookup(identity->people, person->id);
    if (before)
        g_hash_table_remove(identity->logins, before->login);
    g_hash_table_replace(identity->people, person->id, person);
    g_hash_table_replace(identity->logins, person->login, person);
}

static bool read_people(struct store_tx *tx, gpointer job, GError **error)
{
    return people_load(tx, job, error);
}

static bool load_people(struct identity *identity, GError **error)
{
    GPtrArray *people = g_ptr_array_new();
    bool fine = store_read_now(identity->store, read_people, people, error);
    for (guint i = 0; i < people->len; i++)
        identity_put_person(identity, people->pdata[i]);
    g_ptr_array_unref(people);
    return fine;
}

static void make_tables(struct identity *identity)
{
    const struct identity_options *options = &identity->options;
    identity->by_address = limiter_create(options->logins_per_min, LIMITED_KEYS);
    identity->by_login = limiter_create(options->login_tries_per_min, LIMITED_KEYS);
    identity->refusals = limiter_create(1, LIMITED_KEYS);
    identity->people =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)person_free);
    identity->logins = g_hash_table_new(g_str_hash, g_str_equal);
    identity->attempts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    identity->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, session_free);
    identity->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    identity->reasons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, view_reason_free);
    identity->views = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
}

struct identity *identity_create(const struct identity_options *options, GError **error)
{
    struct identity *identity = g_new0(struct identity, 1);
    identity->options = *options;
    identity->store = options->store;
    fill_in_defaults(&identity->options);
    make_tables(identity);
    identity->hasher = hasher_create(options->context, options->cheap_hash);
    if (!load_people(identity, error) || !sessions_load(identity, error) ||
        !views_load(identity, error)) {
        identity_destroy(identity);
        return NULL;
    }
    sessions_expire(identity, identity_now(identity));
    identity->tick = g_timeout_source_new_seconds(TICK_S);
    g_source_set_callback(identity->tick, on_tick, identity, NULL);
    g_source_attach(identity->tick, options->context);
    return identity;
}

void identity_destroy(struct identity *identity)
{
    if (!identity)
        return;
    if (identity->tick) {
        g_source_destroy(identity->tick);
        g_source_unref(identity->tick);
        views_end_all(identity, "server_stopped");
        sessions_save(identity, identity_now(identity));
    }
    hasher_destroy(identity->hasher);
    store_drain(identity->store);
    limiter_destroy(identity->by_address);
    limiter_destroy(identity->by_login);
    limiter_destroy(identity->refusals);
    g_hash_table_destroy(identity->by_id);
    g_hash_table_destroy(identity->sessions);
    g_hash_table_destroy(identity->logins);
    g_hash_table_destroy(identity->people);
    g_hash_table_destroy(identity->attempts);
    g_hash_table_destroy(identity->reasons);
    g_hash_table_destroy(identity->views);
    g_free(identity);
}

void identity_on_session_ended(struct identity *identity, identity_ended_fn fn, gpointer user)
{
    identity->ended = fn;
    identity->ended_user = user;
}
