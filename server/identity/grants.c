/* Grants for a time: what holds now, and what happens when one begins or ends. */
#include "common/log.h"
#include "identity/internal.h"
#include <string.h>

/* The timer looks again at least so often: a wall clock that is set fires nothing. */
#define LOOK_US (10 * G_USEC_PER_SEC)

enum grant_state grant_state_at(const struct grant *grant, gint64 now_us)
{
    if (grant->until_us && grant->until_us <= now_us)
        return GRANT_OVER;
    return grant->from_us > now_us ? GRANT_WAITS : GRANT_HOLDS;
}

const char *grant_state_name(enum grant_state state)
{
    static const char *const names[] = {"waits", "holds", "over"};
    return names[state];
}

bool grant_same(const struct grant *a, const struct grant *b)
{
    return a->role == b->role && strcmp(a->area, b->area) == 0 && a->from_us == b->from_us &&
           a->until_us == b->until_us;
}

struct grant *grant_find(const struct account *account, const struct grant *like)
{
    for (guint i = 0; account && i < account->grants->len; i++) {
        struct grant *grant = &g_array_index(account->grants, struct grant, i);
        if (grant_same(grant, like))
            return grant;
    }
    return NULL;
}

json_t *grant_record_json(const struct grant *grant)
{
    json_t *record = json_pack("{s:s,s:s}", "role", grant->role->code, "area", grant->area);
    char text[32];
    if (grant->from_us) {
        g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, grant->from_us);
        json_object_set_new(record, "from_us", json_string(text));
    }
    if (grant->until_us) {
        g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, grant->until_us);
        json_object_set_new(record, "until_us", json_string(text));
    }
    return record;
}

/* --- store */

static bool record(struct store_tx *tx, const struct identity_actor *actor, const char *action,
                   const struct account *account, const struct grant *grant, const char *why,
                   gint64 now_us, GError **error)
{
    json_t *details = grant_record_json(grant);
    json_object_set_new(details, "login", json_string(account->login));
    if (why)
        json_object_set_new(details, "why", json_string(why));
    bool fine = identity_audit(tx, actor, action, account->id, details, now_us, error);
    json_decref(details);
    return fine;
}

static bool take(struct store_tx *tx, const struct account *account, const struct grant *grant,
                 GError **error)
{
    return store_exec(tx, error,
                      "DELETE FROM role_grant WHERE user_id = ? AND role = ? AND area = ?", "sss",
                      account->id, grant->role->code, grant->area);
}

static bool give(struct store_tx *tx, const struct account *account, const struct grant *grant,
                 GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO role_grant (user_id, role, area, from_us, until_us, told)"
                      " VALUES (?, ?, ?, ?, ?, ?)",
                      "sssiii", account->id, grant->role->code, grant->area, grant->from_us,
                      grant->until_us, (gint64)grant->told);
}

bool grants_write(struct store_tx *tx, const struct identity_actor *actor,
                  const struct account *before, const struct account *after, gint64 now_us,
                  GError **error)
{
    for (guint i = 0; before && i < before->grants->len; i++) {
        const struct grant *old = &g_array_index(before->grants, struct grant, i);
        if (grant_find(after, old))
            continue;
        if (!take(tx, after, old, error) ||
            (old->told != GRANT_OVER &&
             !record(tx, actor, "grant.end", after, old, "taken", now_us, error)))
            return false;
    }
    for (guint i = 0; i < after->grants->len; i++) {
        const struct grant *new = &g_array_index(after->grants, struct grant, i);
        if (grant_find(before, new))
            continue;
        if (!give(tx, after, new, error) ||
            !record(tx, actor, "grant.give", after, new, NULL, now_us, error))
            return false;
    }
    return true;
}

/* --- beginning and ending by the clock */

struct turned {
    struct account *account; /* a copy */
    struct grant grant;
    enum grant_state was;
};

struct turn {
    struct identity *identity;
    GArray *turned;
    gint64 now_us;
};

static void turned_clear(gpointer data)
{
    account_free(((struct turned *)data)->account);
}

/* Each told once: the row says what the log has. */
static bool turn_write(struct store_tx *tx, gpointer job, GError **error)
{
    const struct turn *turn = job;
    static const struct identity_actor nobody;
    static const char *const actions[] = {"grant.wait", "grant.begin", "grant.end"};
    for (guint i = 0; i < turn->turned->len; i++) {
        const struct turned *one = &g_array_index(turn->turned, struct turned, i);
        const struct grant *grant = &one->grant;
        if (!store_exec(tx, error,
                        "UPDATE role_grant SET told = ? WHERE user_id = ? AND role = ? AND area = ?"
                        " AND from_us = ? AND until_us = ? AND told <> ?",
                        "isssiii", (gint64)grant->state, one->account->id, grant->role->code,
                        grant->area, grant->from_us, grant->until_us, (gint64)grant->state))
            return false;
        if (store_changed(tx) == 1 && !record(tx, &nobody, actions[grant->state], one->account,
                                              grant, "time", turn->now_us, error))
            return false;
    }
    return true;
}

static void turn_written(gpointer job, const GError *error)
{
    struct turn *turn = job;
    if (error)
        log_error("identity", "that a grant began or ended is not on record yet: %s",
                  error->message);
    for (guint i = 0; error && i < turn->turned->len; i++) { /* again at the next look */
        const struct turned *one = &g_array_index(turn->turned, struct turned, i);
        const struct account *account =
            g_hash_table_lookup(turn->identity->people, one->account->id);
        struct grant *grant = grant_find(account, &one->grant);
        if (grant)
            grant->told = one->was;
    }
    g_array_unref(turn->turned);
    g_free(turn);
}

/* Does anything hold of it now that did not, or the other way round? */
static bool turn_account(struct account *account, struct turn *turn)
{
    bool changed = false;
    for (guint i = 0; i < account->grants->len; i++) {
        struct grant *grant = &g_array_index(account->grants, struct grant, i);
        enum grant_state state = grant_state_at(grant, turn->now_us);
        account->turns += state != grant->state;
        changed = changed || state != grant->state;
        grant->state = state;
        if (grant->told == state)
            continue;
        struct turned one = {account_copy(account), *grant, grant->told};
        g_array_append_val(turn->turned, one);
        grant->told = state;
    }
    return changed;
}

static gboolean on_due(gpointer user)
{
    struct identity *identity = user;
    grants_turn(identity, identity_now(identity));
    return G_SOURCE_REMOVE;
}

static void arm(struct identity *identity, gint64 now_us)
{
    GHashTableIter iter;
    gpointer value;
    gint64 due_us = G_MAXINT64;
    g_hash_table_iter_init(&iter, identity->people);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct account *account = value;
        for (guint i = 0; i < account->grants->len; i++) {
            const struct grant *grant = &g_array_index(account->grants, struct grant, i);
            if (grant->from_us > now_us)
                due_us = MIN(due_us, grant->from_us);
            if (grant->until_us > now_us)
                due_us = MIN(due_us, grant->until_us);
        }
    }
    grants_disarm(identity);
    identity->grants_due_us = due_us;
    if (due_us - now_us > LOOK_US) /* the tick looks before */
        return;
    identity->grants_timer = g_timeout_source_new((guint)((due_us - now_us + 999) / 1000));
    g_source_set_callback(identity->grants_timer, on_due, identity, NULL);
    g_source_attach(identity->grants_timer, identity->options.context);
}

void grants_disarm(struct identity *identity)
{
    if (!identity->grants_timer)
        return;
    g_source_destroy(identity->grants_timer);
    g_clear_pointer(&identity->grants_timer, g_source_unref);
}

void grants_turn(struct identity *identity, gint64 now_us)
{
    struct turn *turn = g_new0(struct turn, 1);
    turn->identity = identity;
    turn->now_us = now_us;
    turn->turned = g_array_new(FALSE, FALSE, sizeof(struct turned));
    g_array_set_clear_func(turn->turned, turned_clear);
    g_autoptr(GPtrArray) changed = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, identity->people);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (turn_account(value, turn))
            g_ptr_array_add(changed, value);
    }
    if (turn->turned->len)
        store_write(identity->store, turn_write, turn, turn_written);
    else
        turn_written(turn, NULL);
    arm(identity, now_us);
    for (guint i = 0; i < changed->len; i++) {
        struct account *account = changed->pdata[i];
        account_show(account);
        sessions_renew_of(identity, account);
    }
}

void grants_look(struct identity *identity, gint64 now_us)
{
    if (now_us >= identity->grants_due_us)
        grants_turn(identity, now_us);
}
