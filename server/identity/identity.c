#include "identity/identity.h"
#include "common/clock.h"
#include "identity/internal.h"
#include "identity/retention.h"

#define HOUR_US      (3600LL * G_USEC_PER_SEC)
#define TICK_S       10
#define SAVE_TICKS   6   /* sessions' last use is written each minute */
#define PURGE_TICKS  360 /* what is due to be deleted is looked for each hour */
#define LIMITED_KEYS 20000

static void fill_in_defaults(struct identity_options *options)
{
    struct {
        int64_t *value, otherwise;
    } times[] = {
        {&options->idle_us, 12 * HOUR_US},   {&options->absolute_us, 24 * HOUR_US},
        {&options->reason_us, 12 * HOUR_US}, {&options->lock_us, HOUR_US / 4},
        {&options->head_us, HOUR_US},
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
    grants_turn(identity, identity_now(identity));
    sessions_expire(identity, identity_now(identity));
    if (++identity->ticks % SAVE_TICKS == 0)
        sessions_save(identity, identity_now(identity));
    gint64 now_us = identity_now(identity);
    if (ABS(now_us - identity->signed_us) >= identity->options.head_us)
        heads_sign(identity, now_us);
    if (identity->ticks % PURGE_TICKS == SAVE_TICKS)
        retention_run(identity);
}

static gboolean on_tick(gpointer user)
{
    identity_tick(user);
    return G_SOURCE_CONTINUE;
}

void account_show(struct account *account)
{
    const struct role *role = account_role(account);
    account->shown = (struct identity_user){.id = account->id,
                                            .login = account->login,
                                            .name = account->name,
                                            .department = account->department,
                                            .unit = account->unit,
                                            .role = role ? role->code : "",
                                            .person = account->person,
                                            .enabled = account->enabled};
}

void identity_put_account(struct identity *identity, struct account *account)
{
    const struct account *before = g_hash_table_lookup(identity->people, account->id);
    if (before) { /* the second factor has jobs of its own */
        g_clear_pointer(&account->totp, g_bytes_unref);
        account->totp = before->totp ? g_bytes_ref(before->totp) : NULL;
        account->totp_us = before->totp_us;
        account->totp_step = before->totp_step;
    }
    for (guint i = 0; i < account->grants->len; i++) { /* and grants have their timer */
        struct grant *grant = &g_array_index(account->grants, struct grant, i);
        const struct grant *same = grant_find(before, grant);
        if (same)
            *grant = *same;
    }
    account_show(account);
    if (before)
        g_hash_table_remove(identity->logins, before->login);
    g_hash_table_replace(identity->people, account->id, account);
    g_hash_table_replace(identity->logins, account->login, account);
}

void identity_put_department(struct identity *identity, struct department *department)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, identity->people);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct account *account = value;
        if (g_strcmp0(account->department, department->id) != 0)
            continue;
        g_free(account->unit);
        account->unit = g_strdup(department->name);
        account_show(account);
    }
    g_hash_table_replace(identity->departments, department->id, department);
}

const struct identity_user *identity_user_by_id(struct identity *identity, const char *id)
{
    const struct account *account = id ? g_hash_table_lookup(identity->people, id) : NULL;
    return account ? &account->shown : NULL;
}

const struct identity_user *identity_user_by_login(struct identity *identity, const char *login)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, identity->people);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct account *account = value;
        if (g_strcmp0(account->shown.login, login) == 0)
            return &account->shown;
    }
    return NULL;
}

const struct identity_user *identity_user_of(struct identity *identity,
                                             const struct net_session *session)
{
    return session ? identity_user_by_id(identity, session->user_id) : NULL;
}

const struct vault *identity_vault(const struct identity *identity)
{
    return identity->vault;
}

static bool read_people(struct store_tx *tx, gpointer job, GError **error)
{
    return accounts_load(tx, job, error);
}

static bool load_people(struct identity *identity, GError **error)
{
    GPtrArray *people = g_ptr_array_new();
    bool fine = store_read_now(identity->store, read_people, people, error);
    for (guint i = 0; i < people->len; i++)
        identity_put_account(identity, people->pdata[i]);
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
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)account_free);
    identity->departments = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, department_free);
    identity->logins = g_hash_table_new(g_str_hash, g_str_equal);
    identity->attempts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    identity->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, session_free);
    identity->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    identity->reasons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, view_reason_free);
    identity->views = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
}

/* The database says which master key it belongs to; the first start tells it. */
static bool read_key_id(struct store_tx *tx, gpointer job, GError **error)
{
    char **id = job;
    GError *bad = NULL;
    *id = store_setting_get(tx, "identity.key_id", &bad);
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static bool write_key_id(struct store_tx *tx, gpointer job, GError **error)
{
    return store_setting_put(tx, "identity.key_id", job, error);
}

static bool open_vault(struct identity *identity, GError **error)
{
    g_autofree char *expected = NULL;
    if (!identity->options.key_file) {
        identity->vault = vault_new();
        return true;
    }
    if (!store_read_now(identity->store, read_key_id, &expected, error))
        return false;
    identity->vault = vault_open(identity->options.key_file, expected, error);
    identity->options.key_file = NULL; /* the caller's */
    return identity->vault &&
           (expected || store_write_now(identity->store, write_key_id,
                                        (gpointer)vault_id(identity->vault), error));
}

struct identity *identity_create(const struct identity_options *options, GError **error)
{
    struct identity *identity = g_new0(struct identity, 1);
    identity->options = *options;
    identity->store = options->store;
    fill_in_defaults(&identity->options);
    make_tables(identity);
    identity->retention = retention_create(options->retention_days);
    retention_add_own(identity);
    identity->hasher = hasher_create(options->context, options->cheap_hash);
    if (!open_vault(identity, error) || !departments_load(identity, error) ||
        !load_people(identity, error) || !sessions_load(identity, error) ||
        !views_load(identity, error)) {
        identity_destroy(identity);
        return NULL;
    }
    grants_turn(identity, identity_now(identity));
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
        heads_sign(identity, identity_now(identity));
    }
    grants_disarm(identity);
    hasher_destroy(identity->hasher);
    store_drain(identity->store);
    limiter_destroy(identity->by_address);
    limiter_destroy(identity->by_login);
    limiter_destroy(identity->refusals);
    g_hash_table_destroy(identity->by_id);
    g_hash_table_destroy(identity->sessions);
    g_hash_table_destroy(identity->logins);
    g_hash_table_destroy(identity->people);
    g_hash_table_destroy(identity->departments);
    retention_destroy(identity->retention);
    vault_close(identity->vault);
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

void identity_on_session_changed(struct identity *identity, identity_ended_fn fn, gpointer user)
{
    identity->changed = fn;
    identity->changed_user = user;
}
