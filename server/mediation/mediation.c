#include "mediation/mediation.h"
#include "common/clock.h"
#include "files/attachments.h"
#include "mediation/mediation_private.h"

enum {
    ACTS_A_MINUTE = 120,
    ENTRIES_A_MINUTE = 30,
    KEYS = 10000,
    SWEEP_MS = 3600000,
    REMIND_MS = 20000
};

struct load {
    const struct meeting_reader *reader;
    GPtrArray *meetings;
};

static bool load_all(struct store_tx *tx, gpointer data, GError **error)
{
    struct load *load = data;
    g_autoptr(GPtrArray) ids = meeting_live_ids(tx, clock_wall_us() - MEETING_KEPT_US, error);
    for (guint i = 0; ids && i < ids->len; i++) {
        struct meeting *meeting = meeting_load(tx, load->reader, ids->pdata[i], error);
        if (!meeting)
            return false;
        g_ptr_array_add(load->meetings, meeting);
    }
    return ids != NULL;
}

static bool load_meetings(struct mediation *mediation, GError **error)
{
    struct load load = {.reader = &mediation->reader, .meetings = g_ptr_array_new()};
    bool fine = store_read_now(mediation->options.store, load_all, &load, error);
    for (guint i = 0; i < load.meetings->len; i++) {
        if (fine)
            lives_take(mediation, load.meetings->pdata[i]);
        else
            meeting_free(load.meetings->pdata[i]);
    }
    g_ptr_array_unref(load.meetings);
    return fine;
}

/* --- one anew. As a write, so that it comes in turn with those that change it. */

struct reload {
    struct mediation *mediation;
    char *id;
    struct meeting *meeting;
    mediation_woken_fn woken; /* NULL: only one that is there */
    gpointer data;
};

static bool read_again(struct store_tx *tx, gpointer data, GError **error)
{
    struct reload *reload = data;
    reload->meeting = meeting_load(tx, &reload->mediation->reader, reload->id, error);
    return reload->meeting != NULL;
}

static void read_done(gpointer data, const GError *error)
{
    struct reload *reload = data;
    if (!error && (reload->woken || lives_find(reload->mediation, reload->id)))
        lives_take(reload->mediation, g_steal_pointer(&reload->meeting));
    if (reload->woken)
        reload->woken(reload->data, error);
    meeting_free(reload->meeting);
    g_free(reload->id);
    g_free(reload);
}

void mediation_reload(struct mediation *mediation, const char *meeting)
{
    mediation_wake(mediation, meeting, NULL, NULL);
}

void mediation_wake(struct mediation *mediation, const char *meeting, mediation_woken_fn woken,
                    gpointer data)
{
    struct reload *reload = g_new0(struct reload, 1);
    reload->mediation = mediation;
    reload->id = g_strdup(meeting);
    reload->woken = woken;
    reload->data = data;
    store_write(mediation->options.store, read_again, reload, read_done);
}

/* Over for long, and nobody looks. */
static gboolean is_old(gpointer key, gpointer value, gpointer user)
{
    const struct live *live = value;
    const struct meeting *meeting = live->meeting;
    GHashTableIter iter;
    gpointer place;
    (void)key;
    (void)user;
    if (!meeting_is_past(meeting, clock_wall_us()))
        return FALSE;
    g_hash_table_iter_init(&iter, live->places);
    while (g_hash_table_iter_next(&iter, NULL, &place))
        if (((const struct place *)place)->client)
            return FALSE;
    return TRUE;
}

static gboolean sweep(gpointer user)
{
    struct mediation *mediation = user;
    g_hash_table_foreach_remove(mediation->lives, is_old, NULL);
    return G_SOURCE_CONTINUE;
}

struct mediation *mediation_create(const struct mediation_options *options, GError **error)
{
    struct mediation *mediation = g_new0(struct mediation, 1);
    mediation->options = *options;
    mediation->reader = (struct meeting_reader){.vault = identity_vault(options->identity),
                                                .views = options->hooks.views,
                                                .user = options->hooks.user};
    mediation->boot = store_id_new();
    mediation->lives = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, lives_free);
    mediation->places = g_hash_table_new(g_str_hash, g_str_equal);
    mediation->cookies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mediation->clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mediation->seated = g_hash_table_new(NULL, NULL);
    mediation->reminded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mediation->untold = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    mediation->acts = limiter_create(ACTS_A_MINUTE, KEYS);
    mediation->entries = limiter_create(ENTRIES_A_MINUTE, KEYS);
    mediation->words = words_create(options->words_path, error);
    if (!mediation->words || !load_meetings(mediation, error)) {
        mediation_destroy(mediation);
        return NULL;
    }
    mediation_host_routes(mediation);
    mediation_invite_routes(mediation);
    mediation_case_routes(mediation);
    mediation_guest_routes(mediation);
    mediation_retention(mediation);
    if (options->attachments) {
        mediation_file_routes(mediation);
        mediation_recording_routes(mediation);
    }
    net_set_guests(options->net, &mediation_guests, mediation);
    mediation->sweep_timer = loop_every(options->loop, SWEEP_MS, sweep, mediation);
    if (options->notify) {
        mediation_letter_routes(mediation);
        mediation->remind_timer = loop_every(options->loop, REMIND_MS, mediation_remind, mediation);
        mediation_remind(mediation);
    }
    mediation_danger_look(mediation);
    return mediation;
}

void mediation_settle(struct mediation *mediation)
{
    /* files on their way in go from the attachments to the store, on their way out back */
    for (int i = 0; i < 2; i++) {
        if (mediation->options.attachments)
            attachments_drain(mediation->options.attachments);
        store_drain(mediation->options.store);
    }
    if (mediation->options.attachments)
        attachments_drain(mediation->options.attachments);
}

void mediation_destroy(struct mediation *mediation)
{
    if (!mediation)
        return;
    mediation->closing = true;
    mediation->media = NULL;
    net_set_guests(mediation->options.net, NULL, NULL);
    mediation_settle(mediation);
    loop_cancel(mediation->options.loop, &mediation->danger_timer);
    loop_cancel(mediation->options.loop, &mediation->sweep_timer);
    loop_cancel(mediation->options.loop, &mediation->remind_timer);
    g_hash_table_unref(mediation->lives);
    g_hash_table_unref(mediation->places);
    g_hash_table_unref(mediation->cookies);
    g_hash_table_unref(mediation->clients);
    g_hash_table_unref(mediation->seated);
    g_hash_table_unref(mediation->reminded);
    g_hash_table_unref(mediation->untold);
    limiter_destroy(mediation->acts);
    limiter_destroy(mediation->entries);
    words_free(mediation->words);
    g_free(mediation->boot);
    g_free(mediation);
}
