/* REST of the lists. */
#include "pool/pool.h"
#include "common/clock.h"
#include "identity/problem.h"
#include "pool/pool_entry.h"
#include <string.h>

#define WINDOW_US (INT64_C(7) * 86400 * G_USEC_PER_SEC)

struct pool {
    struct pool_options options;
};

/* One request on its way. */
struct job {
    struct pool *pool;
    struct net_request *request;
    struct identity_actor *actor;
    enum pool_kind kind;
    char *id;
    json_t *entry; /* as it is to be */
    json_t *list;  /* mediators: those there are */
    json_t *result;
    gint64 version, now_us, from_us, to_us;
};

static void job_free(struct job *job)
{
    net_request_unref(job->request);
    identity_actor_free(job->actor);
    json_decref(job->entry);
    json_decref(job->list);
    json_decref(job->result);
    g_free(job->id);
    g_free(job);
}

static struct job *job_new(struct pool *pool, struct net_request *request, enum pool_kind kind)
{
    struct job *job = g_new0(struct job, 1);
    job->pool = pool;
    job->request = net_request_ref(request);
    job->actor = identity_actor_new(net_request_session(request));
    job->kind = kind;
    job->now_us = clock_wall_us();
    return job;
}

static void reply(struct net_request *request, const struct problem *p)
{
    json_t *fields = p->path ? json_pack("[{s:s,s:{s:s,s:s}}]", "path", p->path, "message", "zh",
                                         p->zh, "en", p->en)
                             : NULL;
    net_reply_invalid(request, p->status, p->code, p->zh, p->en, fields);
}

static void answered(gpointer data, const GError *error)
{
    struct job *job = data;
    if (error)
        reply(job->request, error->domain == STORE_ERROR && error->code == STORE_ERROR_CONFLICT
                                ? &PROBLEM_VERSION
                                : problem_saving(error));
    else
        net_reply_json(job->request, 200, json_incref(job->result));
    job_free(job);
}

/* --- reading */

static json_t *time_json(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return json_string(text);
}

/* {id: entry with id and version}; owned by the caller; NULL + error. */
static json_t *read_entries(struct store_tx *tx, enum pool_kind kind, GError **error)
{
    GError *bad = NULL;
    json_t *all = json_object();
    store_rows_auto rows = store_query(
        tx, error, "SELECT id, body, version FROM pool_entry WHERE kind = ? ORDER BY id", "s",
        pool_kind_name(kind));
    while (rows && store_rows_next(rows, &bad)) {
        json_t *one = json_loads(store_text(rows, 1), 0, NULL);
        json_object_set_new(one, "id", json_string(store_text(rows, 0)));
        json_object_set_new(one, "version", json_integer(store_int(rows, 2)));
        json_object_set_new(all, store_text(rows, 0), one);
    }
    if (rows && !bad)
        return all;
    if (bad)
        g_propagate_error(error, bad);
    json_decref(all);
    return NULL;
}

#define LIVE " m.state IN ('planned', 'open', 'adjourned') AND m.starts_us < ? AND m.ends_us > ?"

/* When each is taken, without what for: {id: [{starts_us, ends_us}]}. */
static json_t *read_busy(struct store_tx *tx, const struct job *job, GError **error)
{
    GError *bad = NULL;
    json_t *all = json_object();
    const char *sql =
        job->kind == POOL_ROOM
            ? "SELECT m.place_id, m.starts_us, m.ends_us FROM meeting m WHERE m.place_id IS NOT "
              "NULL"
              " AND" LIVE " ORDER BY m.starts_us"
            : "SELECT s.user_id, m.starts_us, m.ends_us FROM meeting m JOIN meeting_seat s ON"
              " s.meeting = m.id WHERE s.user_id IS NOT NULL AND s.state <> 'removed' AND s.role IN"
              " ('mediator', 'co_mediator') AND" LIVE " ORDER BY m.starts_us";
    store_rows_auto rows = store_query(tx, error, sql, "ii", job->to_us, job->from_us);
    while (rows && store_rows_next(rows, &bad)) {
        json_t *list = json_object_get(all, store_text(rows, 0));
        if (!list)
            json_object_set_new(all, store_text(rows, 0), list = json_array());
        json_array_append_new(list,
                              json_pack("{s:o,s:o}", "starts_us", time_json(store_int(rows, 1)),
                                        "ends_us", time_json(store_int(rows, 2))));
    }
    if (rows && !bad)
        return all;
    if (bad)
        g_propagate_error(error, bad);
    json_decref(all);
    return NULL;
}

static void put_busy(json_t *list, const json_t *busy)
{
    json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        json_t *times = json_object_get(busy, json_string_value(json_object_get(one, "id")));
        json_object_set_new(one, "busy", times ? json_incref(times) : json_array());
    }
}

/* Teams of each mediator, and what the list says of each. */
static bool describe(struct store_tx *tx, struct job *job, const json_t *entries, GError **error)
{
    json_t *teams = read_entries(tx, POOL_TEAM, error), *one, *team, *member;
    const char *id;
    size_t i, k;
    if (!teams)
        return false;
    json_array_foreach(job->list, i, one)
    {
        json_t *known = json_object_get(entries, json_string_value(json_object_get(one, "id")));
        json_t *in = json_array();
        const char *none;
        json_t *usual = pool_entry_read(POOL_MEDIATOR, NULL, &none);
        json_object_update(one, usual);
        json_object_set_new(one, "version", json_integer(0));
        if (known)
            json_object_update(one, known);
        const char *user = json_string_value(json_object_get(one, "id"));
        json_object_foreach(teams, id, team)
        {
            json_array_foreach(json_object_get(team, "members"), k, member)
            {
                if (strcmp(json_string_value(member), user) == 0)
                    json_array_append_new(in, json_string(id));
            }
        }
        json_object_set_new(one, "teams", in);
        json_decref(usual);
    }
    json_decref(teams);
    return true;
}

static bool read_list(struct store_tx *tx, gpointer data, GError **error)
{
    struct job *job = data;
    static const char *const keys[POOL_KINDS] = {"rooms", "teams", "mediators"};
    json_t *entries = read_entries(tx, job->kind, error), *one, *busy = NULL;
    const char *id;
    bool fine = entries != NULL;
    if (fine && job->kind == POOL_MEDIATOR)
        fine = describe(tx, job, entries, error);
    else if (fine)
        json_object_foreach(entries, id, one) json_array_append(job->list, one);
    if (fine && job->kind != POOL_TEAM) {
        busy = read_busy(tx, job, error);
        fine = busy != NULL;
        put_busy(job->list, busy);
    }
    json_decref(busy);
    json_decref(entries);
    job->result = json_pack("{s:O}", keys[job->kind], job->list);
    return fine;
}

struct finding {
    json_t *list;
    GHashTable *known; /* user → its object, borrowed */
};

static void add_mediator(const struct identity_user *user, const char *role, const char *area,
                         gpointer data)
{
    struct finding *finding = data;
    if (strcmp(role, "mediator") != 0)
        return;
    json_t *one = g_hash_table_lookup(finding->known, user->id);
    if (!one) {
        one = json_pack("{s:s,s:s,s:s,s:[]}", "id", user->id, "name", user->name, "unit",
                        user->unit ? user->unit : "", "areas");
        json_array_append_new(finding->list, one);
        g_hash_table_insert(finding->known, g_strdup(user->id), one);
    }
    json_array_append_new(json_object_get(one, "areas"), json_string(area ? area : ""));
}

static void get_list(struct net_request *request, struct pool *pool, enum pool_kind kind)
{
    struct job *job = job_new(pool, request, kind);
    if (!net_request_query_int(request, "from_us", 0, G_MAXINT64, job->now_us, &job->from_us) ||
        !net_request_query_int(request, "to_us", 0, G_MAXINT64, job->from_us + WINDOW_US,
                               &job->to_us)) {
        job_free(job);
        return;
    }
    job->list = json_array();
    if (kind == POOL_MEDIATOR) {
        struct finding finding = {job->list,
                                  g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
        identity_each_grant(pool->options.identity, add_mediator, &finding);
        g_hash_table_unref(finding.known);
    }
    store_read(pool->options.store, read_list, job, answered);
}

/* --- writing */

static bool write_entry(struct store_tx *tx, gpointer data, GError **error)
{
    struct job *job = data;
    gint64 version = 0;
    bool found;
    const char *kind = pool_kind_name(job->kind);
    if (!store_query_int(tx, error, &version, &found,
                         "SELECT version FROM pool_entry WHERE kind = ? AND id = ?", "ss", kind,
                         job->id))
        return false;
    if ((found ? version : 0) != job->version) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "somebody was first");
        return false;
    }
    char *text = json_dumps(job->entry, JSON_COMPACT | JSON_SORT_KEYS);
    bool fine = store_exec(
        tx, error,
        "INSERT INTO pool_entry (kind, id, body, version, changed_by, changed_us)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body,"
        " version = excluded.version, changed_by = excluded.changed_by,"
        " changed_us = excluded.changed_us",
        "sssisi", kind, job->id, text, job->version + 1, job->actor->user, job->now_us);
    free(text);
    g_autofree char *action = g_strconcat("pool.", kind, NULL);
    fine = fine && identity_audit(tx, job->actor, action, job->id, job->entry, job->now_us, error);
    json_object_set_new(job->entry, "id", json_string(job->id));
    json_object_set_new(job->entry, "version", json_integer(job->version + 1));
    job->result = json_pack("{s:O}", kind, job->entry);
    return fine;
}

/* The account that stands in that field is one; "" where it may be none. */
static bool people_known(struct pool *pool, const struct job *job, const char **path)
{
    json_t *one;
    size_t i;
    const char *lead = json_string_value(json_object_get(job->entry, "lead"));
    *path = "lead";
    if (lead && *lead && !identity_user_by_id(pool->options.identity, lead))
        return false;
    *path = "members";
    json_array_foreach(json_object_get(job->entry, "members"), i, one)
    {
        if (!identity_user_by_id(pool->options.identity, json_string_value(one)))
            return false;
    }
    *path = "id";
    return job->kind != POOL_MEDIATOR || identity_user_by_id(pool->options.identity, job->id);
}

static void put_entry(struct net_request *request, struct pool *pool, enum pool_kind kind)
{
    json_t *body = net_request_json(request);
    const char *path = "id";
    if (!body)
        return;
    struct job *job = job_new(pool, request, kind);
    job->id = g_strdup(net_request_param(request, "id"));
    job->version = (gint64)json_integer_value(json_object_get(body, "version"));
    if (pool_id_good(job->id))
        job->entry = pool_entry_read(kind, body, &path);
    json_decref(body);
    if (job->entry && people_known(pool, job, &path)) {
        store_write(pool->options.store, write_entry, job, answered);
        return;
    }
    const struct problem bad = {400, "invalid", path, "内容有误", "something of it is wrong"};
    reply(request, &bad);
    job_free(job);
}

/* --- routes */

static void get_rooms(struct net_request *request, gpointer user)
{
    get_list(request, user, POOL_ROOM);
}
static void get_teams(struct net_request *request, gpointer user)
{
    get_list(request, user, POOL_TEAM);
}
static void get_mediators(struct net_request *request, gpointer user)
{
    get_list(request, user, POOL_MEDIATOR);
}
static void put_room(struct net_request *request, gpointer user)
{
    put_entry(request, user, POOL_ROOM);
}
static void put_team(struct net_request *request, gpointer user)
{
    put_entry(request, user, POOL_TEAM);
}
static void put_mediator(struct net_request *request, gpointer user)
{
    put_entry(request, user, POOL_MEDIATOR);
}

struct pool *pool_create(const struct pool_options *options)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/mediation/rooms", "meeting.join", get_rooms, 0},
        {"PUT", "/api/v1/mediation/rooms/:id", "duty.edit", put_room, 0},
        {"GET", "/api/v1/mediation/teams", "meeting.join", get_teams, 0},
        {"PUT", "/api/v1/mediation/teams/:id", "duty.edit", put_team, 0},
        {"GET", "/api/v1/mediation/mediators", "meeting.join", get_mediators, 0},
        {"PUT", "/api/v1/mediation/mediators/:id", "duty.edit", put_mediator, 0},
    };
    struct pool *pool = g_new0(struct pool, 1);
    pool->options = *options;
    net_add_routes(options->net, routes, G_N_ELEMENTS(routes), pool);
    return pool;
}

void pool_destroy(struct pool *pool)
{
    if (!pool)
        return;
    store_drain(pool->options.store);
    g_free(pool);
}
