/* What went to gateways, for who administers them: REST. */
#include "common/clock.h"
#include "notify/notify_private.h"
#include <string.h>

enum { SHOWN = 100, MOST_SHOWN = 500 };

struct asked {
    struct notify *notify;
    struct net_request *request;
    struct identity_actor *actor;
    struct delivery_query query;
    const struct channel *channel;
    char *id;
    gint64 count, now_us;
    json_t *body;
};

static struct asked *asked_new(struct notify *notify, struct net_request *request)
{
    struct asked *asked = g_new0(struct asked, 1);
    asked->notify = notify;
    asked->request = net_request_ref(request);
    asked->actor = identity_actor_new(net_request_session(request));
    asked->now_us = clock_wall_us();
    return asked;
}

static void reply(gpointer job, const GError *error)
{
    struct asked *asked = job;
    struct net_request *request = asked->request;
    if (!error)
        net_reply_json(request, 200, json_incref(asked->body));
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        net_reply_error(request, 404, "not_found", "没有这条未送出的消息",
                        "there is no such message that was not sent");
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL))
        net_reply_error(request, 507, "disk_full", "服务器磁盘已满，没有保存任何更改；请联系管理员",
                        "the server's disk is full: nothing was saved. Tell the administrator");
    else
        net_reply_error(request, 503, "store", "数据库没有接受这次操作", error->message);
    if (!error)
        post_look(asked->notify->post);
    net_request_unref(request);
    identity_actor_free(asked->actor);
    json_decref(asked->body);
    g_free(asked->query.state);
    g_free(asked->query.channel);
    g_free(asked->query.before);
    g_free(asked->id);
    g_free(asked);
}

static char *filter(struct net_request *request, const char *name)
{
    const char *text = net_request_query(request, name);
    return text && *text && strlen(text) <= 64 ? g_strdup(text) : NULL;
}

static bool read_list(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    asked->body = deliveries_json(tx, &asked->query, error);
    return asked->body != NULL;
}

static void get_list(struct net_request *request, gpointer user)
{
    struct notify *notify = user;
    gint64 limit;
    if (!net_request_query_int(request, "limit", 1, MOST_SHOWN, SHOWN, &limit))
        return;
    struct asked *asked = asked_new(notify, request);
    asked->query = (struct delivery_query){.state = filter(request, "state"),
                                           .channel = filter(request, "channel"),
                                           .before = filter(request, "before"),
                                           .limit = limit};
    store_read(notify->options.store, read_list, asked, reply);
}

static bool retry(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    if (!deliveries_retry(tx, asked->id, NULL, asked->now_us, &asked->count, error))
        return false;
    if (!asked->count) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "no such message");
        return false;
    }
    asked->body = json_pack("{s:I}", "queued", (json_int_t)asked->count);
    return identity_audit(tx, asked->actor, "delivery.retry", asked->id, NULL, asked->now_us,
                          error);
}

static void post_retry(struct net_request *request, gpointer user)
{
    struct notify *notify = user;
    struct asked *asked = asked_new(notify, request);
    asked->id = g_strdup(net_request_param(request, "id"));
    store_write(notify->options.store, retry, asked, reply);
}

static bool read_channels(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    asked->body = channels_json(tx, asked->notify->plan, error);
    return asked->body != NULL;
}

static void get_channels(struct net_request *request, gpointer user)
{
    struct notify *notify = user;
    store_read(notify->options.store, read_channels, asked_new(notify, request), reply);
}

static bool test(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    if (!deliveries_test(tx, asked->notify, asked->channel, asked->now_us, &asked->id, error))
        return false;
    asked->body = json_pack("{s:s}", "id", asked->id);
    return identity_audit(tx, asked->actor, "delivery.test", asked->channel->id, NULL,
                          asked->now_us, error);
}

static void post_test(struct net_request *request, gpointer user)
{
    struct notify *notify = user;
    const struct channel *channel = plan_channel(notify->plan, net_request_param(request, "id"));
    if (!channel) {
        net_reply_error(request, 404, "not_found", "没有这个通道", "there is no such channel");
        return;
    }
    struct asked *asked = asked_new(notify, request);
    asked->channel = channel;
    store_write(notify->options.store, test, asked, reply);
}

void delivery_add_routes(struct notify *notify)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/deliveries", "config.see", get_list, 0},
        {"POST", "/api/v1/deliveries/:id/retry", "config.edit", post_retry, 0},
        {"GET", "/api/v1/delivery-channels", "config.see", get_channels, 0},
        {"POST", "/api/v1/delivery-channels/:id/test", "config.edit", post_test, 0},
    };
    net_add_routes(notify->options.net, routes, G_N_ELEMENTS(routes), notify);
}
