/* REST of the feeds (docs/feeds.md). */
#include "common/clock.h"
#include "intake/import.h"
#include "intake/intake_private.h"
#include "intake/mapping.h"
#include <string.h>

extern const unsigned char event_schema[];
extern const unsigned int event_schema_len;

/* A request that is answered later. */
struct answer {
    struct net_request *request;
    struct intake *intake;
    guint status;
    json_t *data; /* of a test: the event as it was sent */
};

static struct answer *answer_new(struct intake *intake, struct net_request *request, guint status)
{
    struct answer *answer = g_new0(struct answer, 1);
    *answer = (struct answer){net_request_ref(request), intake, status, NULL};
    return answer;
}

static void answer_free(struct answer *answer)
{
    net_request_unref(answer->request);
    json_decref(answer->data);
    g_free(answer);
}

static struct identity_actor *actor_of(struct net_request *request)
{
    return identity_actor_new(net_request_session(request));
}

/* --- what there is */

static json_t *list_mappings(void)
{
    json_t *names = json_array();
    for (const char *const *name = mapping_names(); *name; name++)
        json_array_append_new(names, json_string(*name));
    return names;
}

static void get_feeds(struct net_request *request, gpointer user)
{
    struct intake *intake = user;
    struct writer_stats bus;
    json_t *feeds = json_array();
    int64_t now_us = clock_wall_us();
    g_autoptr(GPtrArray) all = feeds_all(intake->feeds);
    for (guint i = 0; i < all->len; i++)
        json_array_append_new(feeds, feed_json(all->pdata[i], now_us));
    writer_stats(intake->writer, &bus);
    json_t *durable =
        bus.durable == WRITER_UNKNOWN ? json_null() : json_boolean(bus.durable == WRITER_DURABLE);
    net_reply_json(request, 200,
                   json_pack("{s:o,s:{s:b,s:s,s:o},s:o}", "feeds", feeds, "bus", "ready",
                             intake_ready(intake), "why", bus.why, "durable", durable, "mappings",
                             list_mappings()));
}

/* Returned: the feed of the path, borrowed; NULL: answered 404. */
static struct feed *feed_of(struct intake *intake, struct net_request *request)
{
    struct feed *feed = feeds_find(intake->feeds, net_request_param(request, "id"));
    if (!feed)
        net_reply_error(request, 404, "not_found", "没有这个数据源", "There is no such feed");
    return feed;
}

static void get_feed(struct net_request *request, gpointer user)
{
    const struct feed *feed = feed_of(user, request);
    if (feed)
        net_reply_json(request, 200, json_pack("{s:o}", "feed", feed_json(feed, clock_wall_us())));
}

static void get_schema(struct net_request *request, gpointer user)
{
    (void)user;
    g_autoptr(GBytes) body = g_bytes_new_static(event_schema, event_schema_len);
    net_reply_bytes(request, 200, "application/schema+json", body);
}

/* --- changes */

static guint status_of(const struct feeds_problem *problem)
{
    static const struct {
        const char *code;
        guint status;
    } table[] = {{"not_found", 404}, {"conflict", 409}, {"taken", 409},
                 {"full", 507},      {"failed", 500},   {NULL, 400}};
    guint i = 0;
    while (table[i].code && strcmp(table[i].code, problem->code) != 0)
        i++;
    return table[i].status;
}

static void reply_problem(struct net_request *request, const struct feeds_problem *problem)
{
    g_autofree char *en = problem->detail ? g_strdup_printf("%s: %s", problem->en, problem->detail)
                                          : g_strdup(problem->en);
    json_t *fields = problem->field ? json_pack("[{s:s,s:{s:s,s:s}}]", "path", problem->field,
                                                "message", "zh", problem->zh, "en", en)
                                    : NULL;
    net_reply_invalid(request, status_of(problem), problem->code, problem->zh, en, fields);
}

static void on_saved(const struct feeds_problem *problem, struct feed *feed, const char *secret,
                     gpointer user)
{
    struct answer *answer = user;
    if (problem) {
        reply_problem(answer->request, problem);
    } else if (!feed) {
        net_reply_json(answer->request, 204, NULL);
    } else {
        json_t *data = json_pack("{s:o}", "feed", feed_json(feed, clock_wall_us()));
        if (secret)
            json_object_set_new(data, "key", json_string(secret));
        net_reply_json(answer->request, answer->status, data);
    }
    answer_free(answer);
}

static void post_feed(struct net_request *request, gpointer user)
{
    struct intake *intake = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    feeds_add(intake->feeds, actor_of(request), body, on_saved, answer_new(intake, request, 201));
    json_decref(body);
}

static void put_feed(struct net_request *request, gpointer user)
{
    struct intake *intake = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    feeds_change(intake->feeds, actor_of(request), net_request_param(request, "id"), body, on_saved,
                 answer_new(intake, request, 200));
    json_decref(body);
}

static void delete_feed(struct net_request *request, gpointer user)
{
    struct intake *intake = user;
    feeds_remove(intake->feeds, actor_of(request), net_request_param(request, "id"), on_saved,
                 answer_new(intake, request, 204));
}

static void post_key(struct net_request *request, gpointer user)
{
    struct intake *intake = user;
    feeds_rotate(intake->feeds, actor_of(request), net_request_param(request, "id"), on_saved,
                 answer_new(intake, request, 200));
}

/* --- the test form: what would become of this? */

static void reply_fault(struct net_request *request, struct form_fault *fault)
{
    json_t *answer = json_pack("{s:b,s:b,s:n}", "ok", 0, "sent", 0, "event");
    form_fault_put(fault, answer);
    form_fault_clear(fault);
    net_reply_json(request, 200, answer);
}

static void reply_event(struct net_request *request, json_t *event, bool sent)
{
    net_reply_json(request, 200, json_pack("{s:b,s:b,s:o}", "ok", 1, "sent", sent, "event", event));
}

static void on_test_sent(enum writer_outcome outcome, const char *why, gpointer user)
{
    struct answer *answer = user;
    (void)why;
    if (outcome == WRITER_DONE)
        reply_event(answer->request, json_incref(answer->data), true);
    else
        intake_reply_away(answer->request, outcome);
    answer_free(answer);
}

/* Puts a test on the stream, marked as one and under a name of ours: it runs through the rules,
 * stays out of the figures, and the real report is still to come. */
static void send_test(struct intake *intake, struct net_request *request, struct event *event)
{
    g_autofree char *name = store_id_new();
    form_make_test(event, name);
    struct answer *answer = answer_new(intake, request, 200);
    answer->data = event_json(event);
    g_autofree char *text = event_text(event);
    const char *texts[] = {text};
    identity_audit_later(intake->options.identity, net_request_session(request), "feed.test",
                         event->source, json_pack("{s:s}", "event", event->id));
    writer_put(intake->writer, texts, 1, NULL, on_test_sent, answer);
}

static void test_item(struct intake *intake, struct net_request *request, const struct feed *feed,
                      const json_t *body)
{
    bool send = json_is_true(json_object_get(body, "send"));
    json_t *items = mapping_items(feed->mapping, json_object_get(body, "item"));
    json_t *theirs = json_array_get(items, 0);
    struct form_fault fault = {.field = NULL, .zh = "没有事件", .en = NULL};
    event_auto event =
        theirs ? intake_read_item(intake, feed, theirs, clock_wall_us(), &fault) : NULL;
    if (!event)
        reply_fault(request, &fault);
    else if (send && !net_session_may(net_request_session(request), "feed.edit"))
        net_reply_error(request, 403, "no_right", "您没有此项权限",
                        "Your rights do not allow this");
    else if (send)
        send_test(intake, request, event);
    else
        reply_event(request, event_json(event), false);
    json_decref(items);
}

static void post_test(struct net_request *request, gpointer user)
{
    const struct feed *feed = feed_of(user, request);
    json_t *body = feed ? net_request_json(request) : NULL;
    if (!body)
        return;
    test_item(user, request, feed, body);
    json_decref(body);
}

/* --- past events */

static void on_imported(const struct import_result *result, gpointer user)
{
    struct answer *answer = user;
    bool dry_run = answer->status == 200;
    if (result->outcome != WRITER_DONE && !result->accepted) {
        intake_reply_away(answer->request, result->outcome);
    } else {
        json_t *data = import_json(result, dry_run);
        json_object_set_new(data, "complete", json_boolean(result->outcome == WRITER_DONE));
        net_reply_json(answer->request, 200, data);
    }
    answer_free(answer);
}

static void post_import(struct net_request *request, gpointer user)
{
    struct intake *intake = user;
    const struct feed *feed = feed_of(intake, request);
    const char *dry = net_request_query(request, "dry_run");
    bool dry_run = dry && strcmp(dry, "0") != 0;
    if (!feed)
        return;
    if (!dry_run)
        identity_audit_later(intake->options.identity, net_request_session(request), "feed.import",
                             feed->id, NULL);
    import_start(intake, feed->id, net_request_body(request), dry_run, on_imported,
                 answer_new(intake, request, dry_run ? 200 : 202));
}

void intake_add_feed_routes(struct intake *intake)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/feeds", "feed.see", get_feeds, 0},
        {"POST", "/api/v1/feeds", "feed.edit", post_feed, INTAKE_FEED_BYTES},
        {"GET", "/api/v1/feeds/:id", "feed.see", get_feed, 0},
        {"PUT", "/api/v1/feeds/:id", "feed.edit", put_feed, INTAKE_FEED_BYTES},
        {"DELETE", "/api/v1/feeds/:id", "feed.edit", delete_feed, 0},
        {"POST", "/api/v1/feeds/:id/key", "feed.edit", post_key, 0},
        {"POST", "/api/v1/feeds/:id/test", "feed.see", post_test, INTAKE_FEED_BYTES},
        {"POST", "/api/v1/feeds/:id/import", "feed.edit", post_import, INTAKE_IMPORT_BYTES},
        {"GET", "/api/v1/events/schema.json", NET_PUBLIC, get_schema, 0},
    };
    net_add_routes(intake->options.net, routes, G_N_ELEMENTS(routes), intake);
}
