#include "common/log.h"
#include "identity/internal.h"
#include <sodium.h>
#include <string.h>

#define KEY_BYTES crypto_hash_sha256_BYTES

void session_free(gpointer data)
{
    struct session *session = data;
    net_session_unref(session->net);
    g_free(session->key);
    g_free(session->agent);
    g_free(session);
}

char *session_key(const char *token)
{
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1);
}

struct session *session_new(const struct account *account, char *id, char *csrf,
                            const char *address)
{
    struct session *session = g_new0(struct session, 1);
    struct net_session *net = session->net = net_session_create();
    const struct role *role = account_role(account);
    rights_t rights = account_rights(account);
    net->id = id;
    net->csrf = csrf;
    net->user_id = g_strdup(account->id);
    net->login = g_strdup(account->login);
    net->name = g_strdup(account->name);
    net->role = g_strdup(role ? role->code : "");
    net->address = g_strdup(address);
    net->grants = g_array_new(FALSE, FALSE, sizeof(struct grant));
    for (int right = 0; right < RIGHT_COUNT; right++) {
        if (rights & right_bit((enum right)right))
            net_session_allow(net, right_name((enum right)right));
    }
    for (guint i = 0; i < account->grants->len; i++) {
        const struct grant *grant = &g_array_index(account->grants, struct grant, i);
        if (grant->state != GRANT_HOLDS)
            continue;
        g_array_append_vals(net->grants, grant, 1);
        net_session_add_area(net, grant->area);
    }
    return session;
}

static void put(struct identity *identity, struct session *session)
{
    g_hash_table_replace(identity->sessions, session->key, session);
    g_hash_table_replace(identity->by_id, session->net->id, session);
}

/* --- store */

static void key_bytes(const char *key, uint8_t bytes[KEY_BYTES])
{
    sodium_hex2bin(bytes, KEY_BYTES, key, strlen(key), NULL, NULL, NULL);
}

bool session_insert(struct store_tx *tx, const struct session *session, const char *agent,
                    GError **error)
{
    uint8_t key[KEY_BYTES];
    key_bytes(session->key, key);
    return store_exec(tx, error,
                      "INSERT INTO session (token_hash, id, user_id, csrf, address, agent,"
                      " created_us, seen_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      "bsssssii", key, sizeof key, session->net->id, session->net->user_id,
                      session->net->csrf, session->net->address, agent, (gint64)session->created_us,
                      (gint64)session->seen_us);
}

static struct session *session_of_row(struct identity *identity, struct store_rows *rows)
{
    const struct account *account = g_hash_table_lookup(identity->people, store_text(rows, 2));
    if (!account || !account->enabled)
        return NULL;
    struct session *session =
        session_new(account, store_text_dup(rows, 1), store_text_dup(rows, 3), store_text(rows, 4));
    size_t size;
    const uint8_t *key = store_blob(rows, 0, &size);
    char hex[2 * KEY_BYTES + 1];
    session->key = g_strdup(sodium_bin2hex(hex, sizeof hex, key, MIN(size, (size_t)KEY_BYTES)));
    session->agent = store_text_dup(rows, 7);
    session->created_us = store_int(rows, 5);
    session->seen_us = session->saved_us = store_int(rows, 6);
    return session;
}

static bool load(struct store_tx *tx, gpointer job, GError **error)
{
    struct identity *identity = job;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT token_hash, id, user_id, csrf, address, created_us,"
                                       " seen_us, agent FROM session",
                                       "");
    if (!rows)
        return false;
    GError *bad = NULL;
    while (store_rows_next(rows, &bad)) {
        struct session *session = session_of_row(identity, rows);
        if (session)
            put(identity, session);
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

/* Runs on a reader's thread while the loop waits for it: the tables are the loop's again after. */
bool sessions_load(struct identity *identity, GError **error)
{
    return store_read_now(identity->store, load, identity, error);
}

/* --- ending */

static bool delete_write(struct store_tx *tx, gpointer job, GError **error)
{
    return store_exec(tx, error, "DELETE FROM session WHERE id = ?", "s", (const char *)job);
}

static void delete_done(gpointer job, const GError *error)
{
    if (error)
        log_error("identity", "session %s was not deleted: %s", (char *)job, error->message);
    g_free(job);
}

void session_end(struct identity *identity, const char *session_id)
{
    struct session *session = g_hash_table_lookup(identity->by_id, session_id);
    if (!session)
        return;
    g_autofree char *id = g_strdup(session_id);
    g_hash_table_remove(identity->by_id, id);
    g_hash_table_remove(identity->sessions, session->key);
    store_write(identity->store, delete_write, g_strdup(id), delete_done);
    if (identity->ended)
        identity->ended(id, identity->ended_user);
}

/* Ends every session that `over` says so of. */
static void end_where(struct identity *identity,
                      bool (*over)(struct identity *identity, const struct session *session,
                                   gconstpointer user),
                      gconstpointer user)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, identity->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct session *session = value;
        if (over(identity, session, user))
            g_ptr_array_add(ids, g_strdup(session->net->id));
    }
    for (guint i = 0; i < ids->len; i++)
        session_end(identity, ids->pdata[i]);
}

struct person_match {
    const char *account, *but;
};

static bool is_of_person(struct identity *identity, const struct session *session,
                         gconstpointer user)
{
    const struct person_match *match = user;
    (void)identity;
    return strcmp(session->net->user_id, match->account) == 0 &&
           g_strcmp0(session->net->id, match->but) != 0;
}

void sessions_end_of(struct identity *identity, const char *person_id, const char *but_session_id)
{
    struct person_match match = {person_id, but_session_id};
    end_where(identity, is_of_person, &match);
}

void sessions_renew_of(struct identity *identity, const struct account *account)
{
    if (!account_rights(account)) {
        sessions_end_of(identity, account->id, NULL);
        return;
    }
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, identity->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct session *session = value;
        struct net_session *old = session->net;
        if (strcmp(old->user_id, account->id) != 0)
            continue;
        struct session *fresh =
            session_new(account, g_strdup(old->id), g_strdup(old->csrf), old->address);
        session->net = g_steal_pointer(&fresh->net);
        g_free(fresh);
        g_hash_table_replace(identity->by_id, session->net->id, session);
        if (identity->changed)
            identity->changed(session->net->id, identity->changed_user);
        net_session_unref(old);
    }
}

static bool is_over(struct identity *identity, const struct session *session, gconstpointer user)
{
    gint64 now_us = *(const gint64 *)user;
    return now_us - session->seen_us > identity->options.idle_us ||
           now_us - session->created_us > identity->options.absolute_us;
}

void sessions_expire(struct identity *identity, gint64 now_us)
{
    end_where(identity, is_over, &now_us);
}

/* --- last use */

struct seen {
    gint64 now_us;
    GPtrArray *ids; /* owned texts */
    GArray *times;  /* gint64 */
};

static bool seen_write(struct store_tx *tx, gpointer job, GError **error)
{
    struct seen *seen = job;
    for (guint i = 0; i < seen->ids->len; i++) {
        if (!store_exec(tx, error, "UPDATE session SET seen_us = ? WHERE id = ?", "is",
                        g_array_index(seen->times, gint64, i), (const char *)seen->ids->pdata[i]))
            return false;
    }
    char text[32];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, seen->now_us);
    return store_setting_put(tx, "alive_us", text, error);
}

static void seen_done(gpointer job, const GError *error)
{
    struct seen *seen = job;
    if (error)
        log_warn("identity", "last use of sessions was not saved: %s", error->message);
    g_ptr_array_unref(seen->ids);
    g_array_unref(seen->times);
    g_free(seen);
}

void sessions_save(struct identity *identity, gint64 now_us)
{
    struct seen *seen = g_new0(struct seen, 1);
    seen->now_us = now_us;
    seen->ids = g_ptr_array_new_with_free_func(g_free);
    seen->times = g_array_new(FALSE, FALSE, sizeof(gint64));
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, identity->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct session *session = value;
        if (session->seen_us == session->saved_us)
            continue;
        session->saved_us = session->seen_us;
        g_ptr_array_add(seen->ids, g_strdup(session->net->id));
        g_array_append_val(seen->times, session->seen_us);
    }
    store_write(identity->store, seen_write, seen, seen_done);
}

/* --- looking up */

struct net_session *identity_session_find(struct identity *identity, const char *token)
{
    g_autofree char *key = session_key(token);
    gint64 now_us = identity_now(identity);
    grants_look(identity, now_us);
    struct session *session = g_hash_table_lookup(identity->sessions, key);
    if (!session)
        return NULL;
    if (is_over(identity, session, &now_us)) {
        session_end(identity, session->net->id);
        return NULL;
    }
    session->seen_us = now_us;
    return net_session_ref(session->net);
}

void identity_session_touch(struct identity *identity, const struct net_session *net)
{
    gint64 now_us = identity_now(identity);
    grants_look(identity, now_us);
    struct session *session = g_hash_table_lookup(identity->by_id, net->id);
    if (session)
        session->seen_us = now_us;
}

bool identity_may_in(const struct net_session *session, enum right right, const char *area_code)
{
    if (!session || !session->grants)
        return false;
    for (guint i = 0; i < session->grants->len; i++) {
        const struct grant *grant = &g_array_index(session->grants, struct grant, i);
        if ((role_rights_in(grant->role, grant->area) & right_bit((enum right)right)) &&
            area_within(grant->area, area_code))
            return true;
    }
    return false;
}

bool identity_has_role_in(const struct net_session *session, const char *role,
                          const char *area_code)
{
    for (guint i = 0; session && session->grants && i < session->grants->len; i++) {
        const struct grant *grant = &g_array_index(session->grants, struct grant, i);
        if (strcmp(grant->role->code, role) == 0 && area_within(grant->area, area_code))
            return true;
    }
    return false;
}

bool identity_may(const struct net_session *session, enum right right)
{
    return session && net_session_may(session, right_name(right));
}

bool identity_may_see_area(const struct net_session *session, const char *area_code)
{
    return identity_may_in(session, RIGHT_PLACE_SEE, area_code);
}

json_t *identity_rights_json(const struct net_session *session)
{
    json_t *names = json_array();
    g_autofree const char **rights = net_session_rights(session);
    for (gsize i = 0; rights[i]; i++)
        json_array_append_new(names, json_string(rights[i]));
    return names;
}
