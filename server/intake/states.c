#include "intake/states.h"
#include <string.h>

struct states {
    guint refs; /* of the owner, and of each save under way */
    struct store *store;
    char *feed;
    GHashTable *by_key; /* "device\ntype" → struct state */
    GHashTable *taken;  /* packet → digest */
    guint counting;     /* rises when the broker counts anew */
};

struct state *state_copy(const struct state *state)
{
    struct state *copy = g_memdup2(state, sizeof *state);
    copy->device = g_strdup(state->device);
    copy->type = g_strdup(state->type);
    return copy;
}

void state_free(gpointer data)
{
    struct state *state = data;
    if (!state)
        return;
    g_free(state->device);
    g_free(state->type);
    g_free(state);
}

static char *key_of(const char *device, const char *type)
{
    return g_strconcat(device, "\n", type, NULL);
}

/* --- loading */

static bool load_states(struct store_tx *tx, struct states *states, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT device, type, raised, seq, told, since_us FROM device_state WHERE feed=?", "s",
        states->feed);
    if (!rows)
        return false;
    while (store_rows_next(rows, &bad)) {
        struct state *state = g_new0(struct state, 1);
        *state = (struct state){.device = store_text_dup(rows, 0),
                                .type = store_text_dup(rows, 1),
                                .raised = store_int(rows, 2) != 0,
                                .seq = store_int(rows, 3),
                                .told = store_int(rows, 4) != 0,
                                .since_us = store_int(rows, 5)};
        g_hash_table_insert(states->by_key, key_of(state->device, state->type), state);
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static bool load(struct store_tx *tx, gpointer job, GError **error)
{
    struct states *states = job;
    GError *bad = NULL;
    if (!load_states(tx, states, error))
        return false;
    store_rows_auto rows = store_query(
        tx, error, "SELECT packet, digest FROM mqtt_taken WHERE feed=?", "s", states->feed);
    if (!rows)
        return false;
    while (store_rows_next(rows, &bad))
        g_hash_table_insert(states->taken, GINT_TO_POINTER((int)store_int(rows, 0)),
                            store_text_dup(rows, 1));
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

struct states *states_create(struct store *store, const char *feed, GError **error)
{
    struct states *states = g_new0(struct states, 1);
    states->refs = 1;
    states->store = store;
    states->feed = g_strdup(feed);
    states->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, state_free);
    states->taken = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    if (store_read_now(store, load, states, error))
        return states;
    states_destroy(states);
    return NULL;
}

void states_destroy(struct states *states)
{
    if (!states || --states->refs)
        return;
    g_hash_table_destroy(states->by_key);
    g_hash_table_destroy(states->taken);
    g_free(states->feed);
    g_free(states);
}

/* --- in memory */

const struct state *states_find(const struct states *states, const char *device, const char *type)
{
    g_autofree char *key = key_of(device, type);
    return g_hash_table_lookup(states->by_key, key);
}

const struct state *states_set(struct states *states, const char *device, const char *type,
                               bool raised, int64_t since_us)
{
    char *key = key_of(device, type);
    const struct state *old = g_hash_table_lookup(states->by_key, key);
    struct state *state = g_new0(struct state, 1);
    *state = (struct state){.device = g_strdup(device),
                            .type = g_strdup(type),
                            .raised = raised,
                            .seq = old ? old->seq + 1 : 1,
                            .since_us = since_us};
    g_hash_table_replace(states->by_key, key, state);
    return state;
}

bool states_is_taken(const struct states *states, const struct taken *taken)
{
    return g_strcmp0(g_hash_table_lookup(states->taken, GINT_TO_POINTER((int)taken->packet)),
                     taken->digest) == 0;
}

/* --- on disk */

struct saving {
    struct states *states;
    GPtrArray *list;
    GArray *taken;
    guint counting; /* of its messages */
    states_saved_fn done;
    gpointer user;
};

static bool save(struct store_tx *tx, gpointer job, GError **error)
{
    const struct saving *saving = job;
    for (guint i = 0; i < saving->list->len; i++) {
        const struct state *state = g_ptr_array_index(saving->list, i);
        if (!store_exec(tx, error,
                        "INSERT INTO device_state (feed, device, type, raised, seq, told, since_us)"
                        " VALUES (?,?,?,?,?,?,?) ON CONFLICT (feed, device, type) DO UPDATE SET"
                        " raised=excluded.raised, seq=excluded.seq, told=excluded.told,"
                        " since_us=excluded.since_us",
                        "sssiiii", saving->states->feed, state->device, state->type,
                        (gint64)state->raised, (gint64)state->seq, (gint64)state->told,
                        (gint64)state->since_us))
            return false;
    }
    for (guint i = 0; i < saving->taken->len; i++) {
        const struct taken *taken = &g_array_index(saving->taken, struct taken, i);
        if (!store_exec(tx, error,
                        "INSERT INTO mqtt_taken (feed, packet, digest) VALUES (?,?,?)"
                        " ON CONFLICT (feed, packet) DO UPDATE SET digest=excluded.digest",
                        "sis", saving->states->feed, (gint64)taken->packet, taken->digest))
            return false;
    }
    return true;
}

/* The owner may be gone by now: `done` knows. */
static void saved(gpointer job, const GError *error)
{
    struct saving *saving = job;
    bool counts = !error && saving->counting == saving->states->counting;
    for (guint i = 0; counts && i < saving->taken->len; i++) {
        const struct taken *taken = &g_array_index(saving->taken, struct taken, i);
        g_hash_table_replace(saving->states->taken, GINT_TO_POINTER((int)taken->packet),
                             g_strdup(taken->digest));
    }
    if (saving->done)
        saving->done(error, saving->user);
    g_ptr_array_unref(saving->list);
    g_array_unref(saving->taken);
    states_destroy(saving->states);
    g_free(saving);
}

static bool forget(struct store_tx *tx, gpointer job, GError **error)
{
    return store_exec(tx, error, "DELETE FROM mqtt_taken WHERE feed=?", "s", (const char *)job);
}

void states_forget_taken(struct states *states)
{
    states->counting++;
    g_hash_table_remove_all(states->taken);
    store_write(states->store, forget, g_strdup(states->feed), NULL);
}

void states_save(struct states *states, const GPtrArray *list, const GArray *taken,
                 states_saved_fn done, gpointer user)
{
    struct saving *saving = g_new0(struct saving, 1);
    *saving =
        (struct saving){.states = states, .counting = states->counting, .done = done, .user = user};
    states->refs++;
    saving->list = g_ptr_array_new_with_free_func(state_free);
    for (guint i = 0; i < list->len; i++) {
        const struct state *state = g_ptr_array_index(list, i);
        g_autofree char *key = key_of(state->device, state->type);
        struct state *known = g_hash_table_lookup(states->by_key, key);
        if (known && known->seq == state->seq)
            known->told = state->told;
        g_ptr_array_add(saving->list, state_copy(state));
    }
    saving->taken = g_array_new(FALSE, FALSE, sizeof(struct taken));
    if (taken && taken->len)
        g_array_append_vals(saving->taken, taken->data, taken->len);
    store_write(states->store, save, saving, saved);
}
