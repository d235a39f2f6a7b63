#include "alerts/rulebook.h"
#include "alerts/face.h"
#include "alerts/watched.h"
#include "common/clock.h"
#include "common/log.h"
#include <string.h>

#define SETTING_FILE "rules_file"
enum { LOOK_MS = 2000, BODY_BYTES = 1 << 20, SHOWN_VERSIONS = 50 };

struct rulebook {
    struct alerts *alerts;
    struct rules *rules;
    gint64 n; /* of the version in force */
    gint64 since_us;
    char *origin, *by;
    char *fault;       /* why the file is not in force; NULL: nothing is wrong with it */
    char *file_digest; /* of the file as it was last read; NULL: never */
    struct watched file;
    guint look_source;
};

/* A version to come. */
struct change {
    struct rulebook *rulebook;
    struct rules *rules;
    const char *origin;
    struct identity_actor *who; /* NULL: the file */
    char *name;
    char *based_on;              /* digest; NULL: the file, whatever is in force */
    struct net_request *request; /* NULL: the file */
    gint64 n, now_us;
};

struct rules *rulebook_rules(const struct rulebook *rulebook)
{
    return rulebook->rules;
}

const char *rulebook_digest(const struct rulebook *rulebook)
{
    return rules_digest(rulebook->rules);
}

static void change_free(struct change *change)
{
    rules_unref(change->rules);
    identity_actor_free(change->who);
    net_request_unref(change->request);
    g_free(change->name);
    g_free(change->based_on);
    g_free(change);
}

/* --- writing */

static bool write_version(struct store_tx *tx, struct change *change, GError **error)
{
    const char *digest = rules_digest(change->rules);
    if (!store_query_int(tx, error, &change->n, NULL, "SELECT MAX(n) FROM rules_version", ""))
        return false;
    change->n++;
    if (strcmp(change->origin, "file") == 0 && !store_setting_put(tx, SETTING_FILE, digest, error))
        return false;
    if (!store_exec(tx, error,
                    "INSERT INTO rules_version (n, digest, text, time_us, origin, user_id, name)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    "ississs", change->n, digest, rules_text(change->rules), change->now_us,
                    change->origin, change->who && change->who->user ? change->who->user : "",
                    change->name ? change->name : ""))
        return false;
    if (!change->who)
        return true;
    json_t *details = json_pack("{s:s,s:I}", "digest", digest, "version", (json_int_t)change->n);
    bool fine =
        identity_audit(tx, change->who, "rules.put", "rules", details, change->now_us, error);
    json_decref(details);
    return fine;
}

static void adopt(struct rulebook *rulebook, const struct change *change)
{
    rules_unref(rulebook->rules);
    rulebook->rules = rules_ref(change->rules);
    rulebook->n = change->n;
    rulebook->since_us = change->now_us;
    g_free(rulebook->origin);
    rulebook->origin = g_strdup(change->origin);
    g_free(rulebook->by);
    rulebook->by = g_strdup(change->name);
}

static bool write_in_turn(struct store_tx *tx, struct turn *turn, GError **error)
{
    return write_version(tx, turn->user, error);
}

static void begin(struct turn *turn)
{
    struct change *change = turn->user;
    change->now_us = turn->now_us;
    const char *digest = rulebook_digest(change->rulebook);
    if (change->based_on && strcmp(change->based_on, digest) != 0) {
        GError *late = g_error_new_literal(STORE_ERROR, STORE_ERROR_CONFLICT, "other rules now");
        turn_end(turn, late);
        g_error_free(late);
    } else if (strcmp(digest, rules_digest(change->rules)) == 0) {
        turn_end(turn, NULL);
    } else {
        turn->write = write_in_turn;
        turn_write(turn);
    }
}

static void reply_rules(struct rulebook *rulebook, struct net_request *request);

static void reply_change(struct change *change, const GError *error)
{
    struct rulebook *rulebook = change->rulebook;
    if (!error) {
        reply_rules(rulebook, change->request);
    } else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_CONFLICT)) {
        json_t *body = face_error_json("conflict", "规则已被他人改过，请重新载入",
                                       "somebody else changed the rules; load them again");
        json_object_set_new(body, "current", json_string(rulebook_digest(rulebook)));
        json_object_set_new(body, "by",
                            json_pack("{s:o,s:o}", "name", json_of_text(rulebook->by), "time_us",
                                      json_of_time(rulebook->since_us)));
        net_reply_json(change->request, 409, body);
    } else {
        face_reply_store(change->request, error);
    }
}

static void end(struct turn *turn, const GError *error)
{
    struct change *change = turn->user;
    struct rulebook *rulebook = change->rulebook;
    if (!error && change->n) {
        adopt(rulebook, change);
        correlator_set_rules(rulebook->alerts->correlator, rulebook->rules);
        log_info("alerts", "rules \"%s\" are in force (version %" G_GINT64_FORMAT ", by %s)",
                 rules_name(rulebook->rules), rulebook->n, rulebook->origin);
    }
    if (change->request)
        reply_change(change, error);
    else if (error)
        log_warn("alerts", "the changed rules are not in force: %s", error->message);
    change_free(change);
}

/* --- the file */

static struct rules *read_file(struct rulebook *rulebook)
{
    const char *path = rulebook->file.path;
    g_autofree char *text = NULL;
    gsize size;
    g_autoptr(GError) bad = NULL;
    g_clear_pointer(&rulebook->fault, g_free);
    struct rules *rules = NULL;
    if (g_file_get_contents(path, &text, &size, &bad))
        rules = rules_parse(text, size, &bad);
    if (!rules) {
        rulebook->fault = g_strdup(bad->message);
        log_warn("alerts", "%s: %s; the old rules stay in force", path, bad->message);
        return NULL;
    }
    g_free(rulebook->file_digest);
    rulebook->file_digest = g_strdup(rules_digest(rules));
    return rules;
}

static gboolean look(gpointer user)
{
    struct rulebook *rulebook = user;
    if (!watched_changed(&rulebook->file))
        return G_SOURCE_CONTINUE;
    g_autofree char *before = g_strdup(rulebook->file_digest);
    struct rules *rules = read_file(rulebook);
    if (rules && g_strcmp0(before, rulebook->file_digest) != 0) {
        struct change *change = g_new0(struct change, 1);
        *change =
            (struct change){.rulebook = rulebook, .rules = rules_ref(rules), .origin = "file"};
        turn_add(rulebook->alerts, begin, end, change);
    }
    rules_unref(rules);
    return G_SOURCE_CONTINUE;
}

/* --- at start */

static bool read_newest(struct store_tx *tx, gpointer job, GError **error)
{
    struct rulebook *rulebook = job;
    GError *bad = NULL;
    rulebook->file_digest = store_setting_get(tx, SETTING_FILE, &bad);
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT n, text, time_us, origin, name FROM rules_version ORDER BY n DESC"
                    " LIMIT 1",
                    "");
    if (!rows)
        return false;
    if (store_rows_next(rows, &bad)) {
        const char *text = store_text(rows, 1);
        rulebook->rules = rules_parse(text, strlen(text), &bad);
        rulebook->n = store_int(rows, 0);
        rulebook->since_us = store_int(rows, 2);
        rulebook->origin = store_text_dup(rows, 3);
        rulebook->by = store_text_dup(rows, 4);
    }
    if (bad)
        log_warn("alerts", "the rules of the database are not used: %s", bad->message);
    g_clear_error(&bad);
    return true;
}

static bool write_first(struct store_tx *tx, gpointer job, GError **error)
{
    return write_version(tx, job, error);
}

static bool take_first(struct rulebook *rulebook, struct rules *rules, const char *origin,
                       GError **error)
{
    struct change change = {
        .rulebook = rulebook, .rules = rules, .origin = origin, .now_us = clock_wall_us()};
    if (!store_write_now(rulebook->alerts->options.store, write_first, &change, error))
        return false;
    adopt(rulebook, &change);
    return true;
}

struct rulebook *rulebook_create(struct alerts *alerts, GError **error)
{
    struct rulebook *rulebook = g_new0(struct rulebook, 1);
    rulebook->alerts = alerts;
    rulebook->file.path = g_strdup(alerts->options.rules_path);
    bool fine = store_read_now(alerts->options.store, read_newest, rulebook, error);
    struct rules *rules = NULL;
    const char *origin = "file";
    g_autofree char *before = g_strdup(rulebook->file_digest);
    if (fine && watched_changed(&rulebook->file))
        rules = read_file(rulebook);
    if (rules && rulebook->rules && g_strcmp0(before, rulebook->file_digest) == 0)
        g_clear_pointer(&rules, rules_unref); /* an old acquaintance; what came later holds */
    if (fine && !rules && !rulebook->rules) {
        rules = rules_default();
        origin = "built-in";
    }
    if (rules)
        fine = fine && take_first(rulebook, rules, origin, error);
    rules_unref(rules);
    if (!fine) {
        rulebook_destroy(rulebook);
        return NULL;
    }
    return rulebook;
}

void rulebook_destroy(struct rulebook *rulebook)
{
    if (!rulebook)
        return;
    loop_cancel(rulebook->alerts->options.loop, &rulebook->look_source);
    rules_unref(rulebook->rules);
    g_free(rulebook->origin);
    g_free(rulebook->by);
    g_free(rulebook->fault);
    g_free(rulebook->file_digest);
    g_free(rulebook->file.path);
    g_free(rulebook);
}

/* --- REST */

struct listing {
    struct rulebook *rulebook;
    struct net_request *request;
    json_t *versions;
    gint64 wanted; /* 0: that in force */
    char *text, *digest;
};

static bool read_versions(struct store_tx *tx, gpointer job, GError **error)
{
    struct listing *listing = job;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT n, digest, time_us, origin, name FROM rules_version"
                                       " ORDER BY n DESC LIMIT ?",
                                       "i", (gint64)SHOWN_VERSIONS);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(
            listing->versions,
            json_pack("{s:I,s:o,s:o,s:o,s:o}", "n", (json_int_t)store_int(rows, 0), "digest",
                      json_of_text(store_text(rows, 1)), "time_us",
                      json_of_time(store_int(rows, 2)), "origin", json_of_text(store_text(rows, 3)),
                      "by", json_of_text(store_text(rows, 4))));
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad || !listing->wanted)
        return rows && !bad;
    store_rows_auto one = store_query(
        tx, error, "SELECT text, digest FROM rules_version WHERE n = ?", "i", listing->wanted);
    if (one && store_rows_next(one, error)) {
        listing->text = store_text_dup(one, 0);
        listing->digest = store_text_dup(one, 1);
    }
    return one != NULL;
}

static void versions_read(gpointer job, const GError *error)
{
    struct listing *listing = job;
    struct rulebook *rulebook = listing->rulebook;
    if (error) {
        face_reply_store(listing->request, error);
    } else if (listing->wanted && !listing->text) {
        net_reply_error(listing->request, 404, "not_found", "没有这个版本", "no such version");
    } else {
        net_reply_json(
            listing->request, 200,
            json_pack("{s:s,s:s,s:s,s:I,s:s,s:o,s:o,s:o,s:O}", "text",
                      listing->text ? listing->text : rules_text(rulebook->rules), "digest",
                      listing->digest ? listing->digest : rulebook_digest(rulebook), "name",
                      rules_name(rulebook->rules), "version", (json_int_t)rulebook->n, "origin",
                      rulebook->origin, "by", json_of_text(rulebook->by), "since_us",
                      json_of_time(rulebook->since_us), "file_fault", json_of_text(rulebook->fault),
                      "versions", listing->versions));
    }
    net_request_unref(listing->request);
    json_decref(listing->versions);
    g_free(listing->text);
    g_free(listing->digest);
    g_free(listing);
}

static void list(struct rulebook *rulebook, struct net_request *request, gint64 wanted)
{
    struct listing *listing = g_new0(struct listing, 1);
    *listing = (struct listing){.rulebook = rulebook,
                                .request = net_request_ref(request),
                                .versions = json_array(),
                                .wanted = wanted};
    store_read(rulebook->alerts->options.store, read_versions, listing, versions_read);
}

static void reply_rules(struct rulebook *rulebook, struct net_request *request)
{
    list(rulebook, request, 0);
}

static void get_rules(struct net_request *request, gpointer user)
{
    gint64 wanted;
    if (net_request_query_int(request, "version", 1, G_MAXINT64, 0, &wanted))
        list(user, request, wanted);
}

/* "PLACE: what is wrong" of rules_parse(). */
static void refuse(struct net_request *request, const char *message)
{
    const char *colon = strstr(message, ": ");
    g_autofree char *path = colon ? g_strndup(message, (gsize)(colon - message)) : g_strdup("");
    const char *what = colon ? colon + 2 : message;
    json_t *fields =
        json_pack("[{s:s,s:{s:s,s:s}}]", "path", path, "message", "zh", what, "en", what);
    net_reply_invalid(request, 400, "bad_rules", "规则不正确，原规则继续有效",
                      "the rules are not right; the old ones stay in force", fields);
}

static void put_rules(struct net_request *request, gpointer user)
{
    struct rulebook *rulebook = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    const json_t *text = json_object_get(body, "text");
    const char *based_on = json_string_value(json_object_get(body, "digest"));
    g_autoptr(GError) bad = NULL;
    struct rules *rules = json_is_string(text)
                              ? rules_parse(json_string_value(text), json_string_length(text), &bad)
                              : NULL;
    if (!rules) {
        refuse(request, bad ? bad->message : "text: a text is needed");
    } else if (!based_on) {
        refuse(request, "digest: the digest of the rules that it is based on is needed");
        rules_unref(rules);
    } else {
        const struct net_session *session = net_request_session(request);
        struct change *change = g_new0(struct change, 1);
        *change = (struct change){.rulebook = rulebook,
                                  .rules = rules,
                                  .origin = "person",
                                  .who = identity_actor_new(session),
                                  .name = g_strdup(session->name),
                                  .based_on = g_strdup(based_on),
                                  .request = net_request_ref(request)};
        turn_add(rulebook->alerts, begin, end, change);
    }
    json_decref(body);
}

void rulebook_start(struct rulebook *rulebook)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/rules", "config.see", get_rules, 0},
        {"PUT", "/api/v1/rules", "config.edit", put_rules, BODY_BYTES},
    };
    net_add_routes(rulebook->alerts->options.net, routes, G_N_ELEMENTS(routes), rulebook);
    if (rulebook->file.path)
        rulebook->look_source = loop_every(rulebook->alerts->options.loop, LOOK_MS, look, rulebook);
}
