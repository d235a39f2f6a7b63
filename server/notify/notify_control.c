/* The same from the command line (docs/wallctl.md). */
#include "common/clock.h"
#include "notify/notify_private.h"
#include <string.h>

enum { SHOWN = 200 };

struct asked {
    struct notify *notify;
    struct control_call *call;
    struct delivery_query query;
    const struct channel *channel;
    char *id, *who;
    gint64 now_us;
    json_t *body;
};

static struct asked *asked_new(struct notify *notify, struct control_call *call)
{
    struct asked *asked = g_new0(struct asked, 1);
    asked->notify = notify;
    asked->call = call;
    asked->who = g_strdup_printf("wallctl uid %u", control_uid(call));
    asked->now_us = clock_wall_us();
    return asked;
}

static void reply(gpointer job, const GError *error)
{
    struct asked *asked = job;
    bool none = error && g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
    if (error)
        control_reply_error(asked->call, none ? "not_found" : "store", error->message);
    else
        control_reply(asked->call, json_incref(asked->body));
    if (!error)
        post_look(asked->notify->post);
    json_decref(asked->body);
    g_free(asked->query.state);
    g_free(asked->query.channel);
    g_free(asked->id);
    g_free(asked->who);
    g_free(asked);
}

static bool audit(struct store_tx *tx, const struct asked *asked, const char *action,
                  const char *object, GError **error)
{
    const struct identity_actor actor = {.login = asked->who};
    return identity_audit(tx, &actor, action, object, NULL, asked->now_us, error);
}

static bool read_list(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    asked->body = deliveries_json(tx, &asked->query, error);
    json_t *channels = asked->body ? channels_json(tx, asked->notify->plan, error) : NULL;
    if (channels)
        json_object_update(asked->body, channels);
    json_decref(channels);
    return channels != NULL;
}

static void cmd_list(struct control_call *call, const json_t *args, gpointer user)
{
    struct notify *notify = user;
    struct asked *asked = asked_new(notify, call);
    asked->query = (struct delivery_query){
        .state = g_strdup(json_string_value(json_object_get(args, "state"))),
        .channel = g_strdup(json_string_value(json_object_get(args, "channel"))),
        .limit = SHOWN};
    store_read(notify->options.store, read_list, asked, reply);
}

static bool retry(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    gint64 count;
    if (!deliveries_retry(tx, asked->id, asked->query.channel, asked->now_us, &count, error))
        return false;
    if (asked->id && !count) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND,
                            "there is no such message that was not sent");
        return false;
    }
    asked->body = json_pack("{s:I}", "queued", (json_int_t)count);
    return audit(tx, asked, "delivery.retry", asked->id ? asked->id : "*", error);
}

static void cmd_retry(struct control_call *call, const json_t *args, gpointer user)
{
    struct notify *notify = user;
    struct asked *asked = asked_new(notify, call);
    asked->id = g_strdup(json_string_value(json_object_get(args, "id")));
    asked->query.channel = g_strdup(json_string_value(json_object_get(args, "channel")));
    store_write(notify->options.store, retry, asked, reply);
}

static bool test(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    if (!deliveries_test(tx, asked->notify, asked->channel, asked->now_us, &asked->id, error))
        return false;
    asked->body = json_pack("{s:s}", "id", asked->id);
    return audit(tx, asked, "delivery.test", asked->channel->id, error);
}

static void cmd_test(struct control_call *call, const json_t *args, gpointer user)
{
    struct notify *notify = user;
    const char *id = json_string_value(json_object_get(args, "channel"));
    const struct channel *channel = plan_channel(notify->plan, id);
    if (!channel) {
        control_reply_error(call, id ? "not_found" : "usage",
                            id ? "there is no such channel" : "notify.test needs a channel");
        return;
    }
    struct asked *asked = asked_new(notify, call);
    asked->channel = channel;
    store_write(notify->options.store, test, asked, reply);
}

void notify_add_commands(struct notify *notify)
{
    struct control *control = notify->options.control;
    control_register(control, "notify.list", cmd_list, notify);
    control_register(control, "notify.retry", cmd_retry, notify);
    control_register(control, "notify.test", cmd_test, notify);
}
