#include "node/uplink.h"
#include "common/log.h"

enum { WAIT_MIN_MS = 200, WAIT_MAX_MS = 5000 };

struct uplink {
    char *address;
    GTlsCertificate *trust;
    GMainContext *context;
    const struct uplink_ops *ops;
    gpointer user;
    GCancellable *cancel; /* of the attempt under way */
    GSource *timer;
    struct link *link;
    unsigned wait_ms;
    bool told;    /* that townwalld is away */
    bool greeted; /* townwalld has said hello */
};

static void plan(struct uplink *uplink);

static void drop_link(struct uplink *uplink)
{
    if (!uplink->link)
        return;
    if (uplink->greeted)
        uplink->ops->lost(uplink->user);
    uplink->greeted = false;
    g_clear_pointer(&uplink->link, link_destroy);
}

static void on_closed(struct link *link, const char *reason, gpointer user)
{
    (void)link;
    struct uplink *uplink = user;
    log_warn("link", "townwalld is away: %s; cameras go on", reason);
    uplink->told = true;
    drop_link(uplink);
    plan(uplink);
}

static void greet(struct uplink *uplink, json_t *message)
{
    json_int_t proto = json_integer_value(json_object_get(message, "proto"));
    if (proto != 1) {
        log_error("link", "townwalld speaks protocol %d, this is 1", (int)proto);
        return;
    }
    const char *server = json_string_value(json_object_get(message, "server"));
    log_info("link", "connected to %s", server ? server : "townwalld");
    uplink->greeted = true;
    uplink->told = false;
    uplink->ops->connected(uplink->link, uplink->user);
}

static void on_control(struct link *link, json_t *message, gpointer user)
{
    (void)link;
    struct uplink *uplink = user;
    const char *type = json_string_value(json_object_get(message, "t"));
    if (!type)
        log_warn("link", "a control message without t was passed over");
    else if (!g_strcmp0(type, "hello"))
        greet(uplink, message);
    else if (uplink->greeted) {
        uplink->wait_ms = WAIT_MIN_MS; /* not sooner: a greeting may be all that we get */
        uplink->ops->control(type, message, uplink->user);
    }
}

static void on_data(struct link *link, enum wire_kind kind, uint32_t channel, GBytes *data,
                    gpointer user)
{
    (void)link;
    struct uplink *uplink = user;
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(data, &size);
    if (kind == WIRE_CREDIT && size == 4)
        uplink->ops->credit(channel, wire_get_u32(bytes), uplink->user);
}

static void on_writable(struct link *link, gpointer user)
{
    (void)link;
    struct uplink *uplink = user;
    if (uplink->greeted)
        uplink->ops->writable(uplink->user);
}

static const struct link_ops link_ops = {on_control, on_data, on_writable, on_closed};

static void on_connected(GIOStream *stream, const GError *error, gpointer user)
{
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* `user` is gone */
    struct uplink *uplink = user;
    g_clear_object(&uplink->cancel);
    if (error) {
        if (!uplink->told)
            log_info("link", "waiting for townwalld at %s: %s", uplink->address, error->message);
        uplink->told = true;
        plan(uplink);
        return;
    }
    uplink->link = link_create(stream, uplink->context, &link_ops, uplink);
    link_send_control(uplink->link, uplink->ops->hello(uplink->user));
}

static gboolean on_timer(gpointer user)
{
    struct uplink *uplink = user;
    g_clear_pointer(&uplink->timer, g_source_unref);
    uplink->cancel = g_cancellable_new();
    link_connect(uplink->address, uplink->trust, uplink->cancel, on_connected, uplink);
    return G_SOURCE_REMOVE;
}

static void plan(struct uplink *uplink)
{
    guint wait_ms = (guint)g_random_int_range((gint)uplink->wait_ms / 2, (gint)uplink->wait_ms);
    uplink->wait_ms = MIN(uplink->wait_ms * 2, WAIT_MAX_MS);
    uplink->timer = g_timeout_source_new(wait_ms);
    g_source_set_callback(uplink->timer, on_timer, uplink, NULL);
    g_source_attach(uplink->timer, uplink->context);
}

struct uplink *uplink_create(const char *address, const char *trust, GMainContext *context,
                             const struct uplink_ops *ops, gpointer user, GError **error)
{
    g_autoptr(GTlsCertificate) certificate = NULL;
    if (trust && !(certificate = g_tls_certificate_new_from_file(trust, error)))
        return NULL;
    struct uplink *uplink = g_new0(struct uplink, 1);
    uplink->address = g_strdup(address);
    uplink->trust = g_steal_pointer(&certificate);
    uplink->context = context;
    uplink->ops = ops;
    uplink->user = user;
    uplink->wait_ms = WAIT_MIN_MS;
    plan(uplink);
    return uplink;
}

void uplink_destroy(struct uplink *uplink)
{
    if (!uplink)
        return;
    if (uplink->cancel)
        g_cancellable_cancel(uplink->cancel);
    g_clear_object(&uplink->cancel);
    if (uplink->timer) {
        g_source_destroy(uplink->timer);
        g_source_unref(uplink->timer);
    }
    g_clear_pointer(&uplink->link, link_destroy);
    g_clear_object(&uplink->trust);
    g_free(uplink->address);
    g_free(uplink);
}
