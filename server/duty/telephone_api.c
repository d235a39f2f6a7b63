/* POST /api/v1/telephone/calls for telephone systems; their keys, and extensions, for people. */
#include "common/clock.h"
#include "duty/telephone_private.h"
#include <string.h>
#include <sys/random.h>

enum { RATE_PER_S = 20, BURST = 60, BODY_BYTES = 4096 };
#define CALLS_PATH "/api/v1/telephone/calls"

/* --- who calls us */

static bool loopback(const char *address)
{
    return g_str_has_prefix(address, "127.") || !strcmp(address, "::1") ||
           g_str_has_prefix(address, "::ffff:127.");
}

/* "10.20.*.*": whose network, but not which machine. */
static void mask(char out[48], const char *address)
{
    g_auto(GStrv) parts = g_strsplit_set(address, ".:", 3);
    if (g_strv_length(parts) < 3)
        g_strlcpy(out, "*", 48);
    else
        g_snprintf(out, 48, strchr(address, ':') ? "%s:%s:*" : "%s.%s.*.*", parts[0], parts[1]);
}

/* Id of the system whose key it carries; NULL: none. */
static const char *system_of(const struct telephone *telephone, const struct net_request *request)
{
    const char *given = net_request_header(request, "authorization");
    if (!given || !g_str_has_prefix(given, "Bearer ") || strlen(given) > 256)
        return NULL;
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, given + 7, -1);
    return g_hash_table_lookup(telephone->systems, digest);
}

/* Is there room in the rate? */
static bool take_turn(struct telephone *telephone)
{
    gint64 now_us = clock_mono_us();
    double passed = telephone->tokens_us ? (double)(now_us - telephone->tokens_us) / 1e6 : BURST;
    telephone->tokens = MIN(BURST, telephone->tokens + passed * RATE_PER_S);
    telephone->tokens_us = now_us;
    if (telephone->tokens < 1)
        return false;
    telephone->tokens--;
    return true;
}

/* Before the body is read. Returned: the system; NULL: answered. */
static const char *look_at_head(struct telephone *telephone, struct net_request *request)
{
    const char *address = net_request_address(request);
    if (!net_request_secure(request) && !loopback(address)) {
        net_reply_error(request, 403, "insecure", "电话系统须在本机，或经 TLS 连接",
                        "a telephone system is on this machine, or comes over TLS");
        return NULL;
    }
    const char *system = system_of(telephone, request);
    if (!system) {
        telephone->refused++;
        telephone->refused_us = clock_wall_us();
        mask(telephone->refused_from, address);
        net_reply_error(request, 401, "bad_key", "电话系统密钥不符", "no such key");
    }
    return system;
}

static void guard(struct net_request *request, gpointer user)
{
    look_at_head(user, request);
}

static void post_call(struct net_request *request, gpointer user)
{
    struct telephone *telephone = user;
    const char *system = look_at_head(telephone, request), *field, *zh, *en;
    struct call call;
    gsize size = 0;
    if (!system)
        return;
    if (!take_turn(telephone)) {
        net_request_set_header(request, "Retry-After", "1");
        net_reply_error(request, 429, "too_many", "通话通知过快", "too many calls at once");
        return;
    }
    const char *text = g_bytes_get_data(net_request_body(request), &size);
    if (!call_read(text ? text : "", size, &call, &field, &zh, &en)) {
        json_t *fields =
            field ? json_pack("[{s:s,s:{s:s,s:s}}]", "path", field, "message", "zh", zh, "en", en)
                  : NULL;
        net_reply_invalid(request, 400, "invalid", "通话通知有误", "something of it is wrong",
                          fields);
        return;
    }
    bool told = telephone_tell(telephone, system, &call, clock_wall_us());
    net_reply_json(request, 202, json_pack("{s:b}", "told", (int)told));
}

/* --- systems */

static bool read_systems(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    GError *bad = NULL;
    json_t *list = json_array();
    job->result = json_pack("{s:o}", "systems", list);
    store_rows_auto rows =
        store_query(tx, error, "SELECT id, name, created_us FROM telephone_system ORDER BY id", "");
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(list, json_pack("{s:s,s:s,s:o}", "id", store_text(rows, 0), "name",
                                              store_text(rows, 1), "created_us",
                                              duty_time_json(store_int(rows, 2))));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void show_systems(struct duty_job *job)
{
    const struct telephone *t = job->duty->telephone;
    json_object_set_new(job->result, "told", json_integer((json_int_t)t->told));
    json_object_set_new(job->result, "refused",
                        t->refused_us
                            ? json_pack("{s:I,s:o,s:s}", "count", (json_int_t)t->refused, "time_us",
                                        duty_time_json(t->refused_us), "address", t->refused_from)
                            : json_null());
}

static void get_systems(struct net_request *request, gpointer user)
{
    const struct telephone *telephone = user;
    struct duty_job *job = duty_job_new(telephone->duty, request, NULL);
    job->show = show_systems;
    duty_run(job, read_systems, false);
}

static void reload(struct duty_job *job)
{
    telephone_reload(job->duty->telephone);
}

/* Whoever has the answer may call at once. */
static void take_system(struct duty_job *job)
{
    const char *id = json_string_value(json_object_get(job->result, "id"));
    const char *key = json_string_value(json_object_get(job->result, "key"));
    g_hash_table_replace(job->duty->telephone->systems,
                         g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1), g_strdup(id));
    telephone_reload(job->duty->telephone);
}

static gboolean is_of(gpointer digest, gpointer system, gpointer id)
{
    (void)digest;
    return strcmp(system, id) == 0;
}

static void drop_system(struct duty_job *job)
{
    const char *id = json_string_value(json_object_get(job->body, "id"));
    g_hash_table_foreach_remove(job->duty->telephone->systems, is_of, (gpointer)id);
    telephone_reload(job->duty->telephone);
}

static bool add_system(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    const char *id = json_string_value(json_object_get(job->body, "id"));
    const char *key = json_string_value(json_object_get(job->result, "key"));
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
    return store_exec(tx, error,
                      "INSERT INTO telephone_system (id, name, key_digest, created_us)"
                      " VALUES (?, ?, ?, ?)",
                      "sssi", id, json_string_value(json_object_get(job->body, "name")), digest,
                      job->now_us) &&
           identity_audit(tx, job->actor, "telephone.add", id, NULL, job->now_us, error);
}

static bool name_good(const json_t *value, glong most)
{
    const char *text = json_string_value(value);
    return text && *text && g_utf8_strlen(text, -1) <= most;
}

/* 32 bytes of the kernel as text. */
static char *key_new(void)
{
    unsigned char bytes[32];
    g_assert(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
    g_autofree char *text = g_base64_encode(bytes, sizeof bytes);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    g_strdelimit(text, "=", '\0');
    return g_strconcat("twt_", text, NULL);
}

static void post_system(struct net_request *request, gpointer user)
{
    const struct telephone *telephone = user;
    json_t *body = net_request_json(request);
    const char *id = json_string_value(json_object_get(body, "id"));
    if (!body)
        return;
    if (!name_good(json_object_get(body, "id"), 32) ||
        !name_good(json_object_get(body, "name"), 40) ||
        strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") != strlen(id)) {
        net_reply_error(request, 400, "invalid", "编号用小写字母、数字，名称 40 字以内",
                        "an id of a-z, 0-9, and a name of at most 40 characters");
        json_decref(body);
        return;
    }
    g_autofree char *key = key_new();
    struct duty_job *job = duty_job_new(telephone->duty, request, body);
    job->status = 201;
    job->result = json_pack("{s:s,s:s}", "id", id, "key", key);
    job->show = take_system;
    duty_run(job, add_system, true);
}

static bool remove_system(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    const char *id = json_string_value(json_object_get(job->body, "id"));
    if (!store_exec(tx, error, "DELETE FROM telephone_system WHERE id = ?", "s", id))
        return false;
    if (!store_changed(tx)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such system");
        return false;
    }
    return identity_audit(tx, job->actor, "telephone.remove", id, NULL, job->now_us, error);
}

static void delete_system(struct net_request *request, gpointer user)
{
    const struct telephone *telephone = user;
    struct duty_job *job = duty_job_new(telephone->duty, request,
                                        json_pack("{s:s}", "id", net_request_param(request, "id")));
    job->show = drop_system;
    job->status = 204;
    duty_run(job, remove_system, true);
}

/* --- at which extension somebody sits */

static bool read_extension(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error, "SELECT extension FROM telephone_extension WHERE user_id = ?", "s", job->user);
    bool there = rows && store_rows_next(rows, &bad);
    if (bad)
        g_propagate_error(error, bad);
    job->result = json_pack("{s:s?}", "extension", there ? store_text(rows, 0) : NULL);
    return rows && !bad;
}

static void get_extension(struct net_request *request, gpointer user)
{
    const struct telephone *telephone = user;
    duty_run(duty_job_new(telephone->duty, request, NULL), read_extension, false);
}

/* Whoever sits down there is called there; who sat there before is not any more. */
static bool write_extension(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    const char *extension = json_string_value(json_object_get(job->body, "extension"));
    job->result = json_pack("{s:s?}", "extension", extension);
    if (!store_exec(tx, error, "DELETE FROM telephone_extension WHERE user_id = ? OR extension = ?",
                    "ss", job->user, extension ? extension : ""))
        return false;
    json_t *details = json_pack("{s:s?}", "extension", extension);
    bool fine =
        (!extension || store_exec(tx, error,
                                  "INSERT INTO telephone_extension (extension, user_id, since_us)"
                                  " VALUES (?, ?, ?)",
                                  "ssi", extension, job->user, job->now_us)) &&
        identity_audit(tx, job->actor, "telephone.extension", job->user, details, job->now_us,
                       error);
    json_decref(details);
    return fine;
}

static void put_extension(struct net_request *request, gpointer user)
{
    const struct telephone *telephone = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    const json_t *extension = json_object_get(body, "extension");
    if (!json_is_null(extension) && !call_extension_good(json_string_value(extension))) {
        json_t *fields =
            json_pack("[{s:s,s:{s:s,s:s}}]", "path", "extension", "message", "zh",
                      "分机号应为 1 到 16 位数字、* 或 #", "en", "wants 1 to 16 digits, * or #");
        net_reply_invalid(request, 400, "invalid", "分机号有误", "no extension", fields);
        json_decref(body);
        return;
    }
    struct duty_job *job = duty_job_new(telephone->duty, request, body);
    job->show = reload;
    duty_run(job, write_extension, true);
}

void telephone_add_routes(struct telephone *telephone)
{
    static const struct net_route routes[] = {
        {"POST", CALLS_PATH, NET_PUBLIC, post_call, BODY_BYTES},
        {"GET", "/api/v1/telephone/systems", "config.see", get_systems, 0},
        {"POST", "/api/v1/telephone/systems", "config.edit", post_system, 0},
        {"DELETE", "/api/v1/telephone/systems/:id", "config.edit", delete_system, 0},
        {"GET", "/api/v1/telephone/extension", "case.register", get_extension, 0},
        {"PUT", "/api/v1/telephone/extension", "case.register", put_extension, 0},
    };
    net_add_routes(telephone->duty->options.net, routes, G_N_ELEMENTS(routes), telephone);
    net_guard_route(telephone->duty->options.net, "POST", CALLS_PATH, guard);
}
