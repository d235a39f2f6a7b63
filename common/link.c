#include "common/link.h"
#include "common/link_input.h"
#include "common/link_output.h"
#include <string.h>

enum {
    INPUT_BYTES = 256 * 1024,
    READS_PER_TURN = 4,   /* then the loop's other sources run */
    WRITES_PER_TURN = 16, /* of up to 256 KiB */
};
static const size_t data_high_bytes = 8U << 20, data_low_bytes = 2U << 20;
static const size_t control_max_bytes = 64U << 20;

/* Sources: `turn` is our own and runs as soon as something is to do; `readable` waits for input;
 * `blocked` exists only while the socket takes no more output. */
struct link {
    /* --- immutable after link_create() */
    GIOStream *stream;
    GPollableInputStream *in;
    GPollableOutputStream *out;
    GMainContext *context;
    const struct link_ops *ops;
    gpointer user;
    /* --- loop thread only */
    int refs; /* owner, and each of our functions that calls the owner */
    bool destroyed, closed;
    char *close_reason; /* set: closed() is due */
    GSource *turn, *readable, *blocked;
    bool turn_due, was_high;
    struct link_input *input;
    struct link_output *output;
    size_t input_used;
    uint8_t buffer[INPUT_BYTES];
};

struct turn_source {
    GSource source;
    struct link *link;
};

static void drop_source(GSource **source)
{
    if (!*source)
        return;
    g_source_destroy(*source);
    g_source_unref(*source);
    *source = NULL;
}

static void link_unref(struct link *link)
{
    if (--link->refs > 0)
        return;
    link_input_destroy(link->input);
    link_output_destroy(link->output);
    g_object_unref(link->stream);
    g_main_context_unref(link->context);
    g_free(link->close_reason);
    g_free(link);
}

/* Loop work that must not happen inside the caller's function. */
static void link_schedule(struct link *link)
{
    if (link->turn_due || !link->turn)
        return;
    link->turn_due = true;
    g_source_set_ready_time(link->turn, 0);
}

/* Ends the connection; closed() follows from the loop. */
static void link_fail(struct link *link, const char *reason)
{
    if (link->closed || link->close_reason)
        return;
    link->close_reason = g_strdup(reason);
    drop_source(&link->readable);
    drop_source(&link->blocked);
    link_schedule(link);
}

/* Not g_io_stream_close(): with TLS it waits for the peer. */
static void close_stream(struct link *link)
{
    g_main_context_push_thread_default(link->context);
    g_io_stream_close_async(link->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
    g_main_context_pop_thread_default(link->context);
}

static void link_report_closed(struct link *link)
{
    link->closed = true;
    drop_source(&link->readable);
    drop_source(&link->blocked);
    close_stream(link);
    if (!link->destroyed && link->ops->closed)
        link->ops->closed(link, link->close_reason, link->user);
}

static bool on_message(enum wire_kind kind, uint32_t channel, GBytes *message, gpointer user)
{
    struct link *link = user;
    if (kind != WIRE_CONTROL) {
        link->ops->data(link, kind, channel, message, link->user);
    } else {
        gsize size = 0;
        const char *text = g_bytes_get_data(message, &size);
        json_error_t error;
        json_t *json = text ? json_loadb(text, size, JSON_REJECT_DUPLICATES, &error) : NULL;
        if (!json_is_object(json)) {
            g_autofree char *reason = g_strdup_printf("control message is not a JSON object: %s",
                                                      json || !text ? "other value" : error.text);
            json_decref(json);
            link_fail(link, reason);
            return false;
        }
        link->ops->control(link, json, link->user);
        json_decref(json);
    }
    return !link->destroyed && !link->close_reason && !link->closed;
}

/* Hands whole frames on and keeps the rest at the front of the buffer. */
static void link_parse(struct link *link)
{
    const char *broken = NULL;
    size_t done = link_input_feed(link->input, link->buffer, link->input_used, &broken);
    if (link->destroyed)
        return;
    if (broken) {
        g_autofree char *reason = g_strdup_printf("protocol broken by the peer: %s", broken);
        link_fail(link, reason);
        return;
    }
    link->input_used -= done;
    memmove(link->buffer, link->buffer + done, link->input_used);
}

static gboolean on_readable(GObject *object, gpointer user)
{
    (void)object;
    struct link *link = user;
    link->refs++;
    g_source_set_ready_time(link->readable, -1);
    for (int i = 0; !link->destroyed && !link->close_reason; i++) {
        if (i == READS_PER_TURN) {
            /* TLS may hold what the poll does not see */
            g_source_set_ready_time(link->readable, 0);
            break;
        }
        g_autoptr(GError) error = NULL;
        gssize n = g_pollable_input_stream_read_nonblocking(
            link->in, link->buffer + link->input_used, sizeof(link->buffer) - link->input_used,
            NULL, &error);
        if (n < 0 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
            break;
        if (n <= 0) {
            link_fail(link, n == 0 ? "the peer closed the connection" : error->message);
            break;
        }
        link->input_used += (size_t)n;
        link_parse(link);
    }
    link_unref(link);
    return G_SOURCE_CONTINUE;
}

static gboolean on_unblocked(GObject *object, gpointer user)
{
    (void)object;
    struct link *link = user;
    drop_source(&link->blocked);
    link_schedule(link);
    return G_SOURCE_REMOVE;
}

static void wait_unblocked(struct link *link)
{
    link->blocked = g_pollable_output_stream_create_source(link->out, NULL);
    g_source_set_callback(link->blocked, G_SOURCE_FUNC(on_unblocked), link, NULL);
    g_source_attach(link->blocked, link->context);
}

static void link_write(struct link *link)
{
    for (int i = 0; i < WRITES_PER_TURN; i++) {
        size_t count = 0, written = 0;
        const GOutputVector *vectors = link_output_peek(link->output, &count);
        if (count == 0)
            return;
        g_autoptr(GError) error = NULL;
        GPollableReturn result = g_pollable_output_stream_writev_nonblocking(
            link->out, vectors, count, &written, NULL, &error);
        if (result == G_POLLABLE_RETURN_FAILED) {
            link_fail(link, error->message);
            return;
        }
        if (result == G_POLLABLE_RETURN_WOULD_BLOCK) {
            wait_unblocked(link);
            return;
        }
        link_output_written(link->output, written);
    }
    link_schedule(link);
}

static gboolean on_turn(GSource *source, GSourceFunc callback, gpointer user)
{
    (void)callback;
    (void)user;
    struct link *link = ((struct turn_source *)source)->link;
    link->refs++;
    link->turn_due = false;
    g_source_set_ready_time(source, -1);
    if (!link->close_reason && !link->blocked)
        link_write(link);
    if (link->close_reason && !link->closed) {
        link_report_closed(link);
    } else if (link->was_high && link_output_data_bytes(link->output) < data_low_bytes) {
        link->was_high = false;
        if (link->ops->writable)
            link->ops->writable(link, link->user);
    }
    link_unref(link);
    return G_SOURCE_CONTINUE;
}

struct link *link_create(GIOStream *stream, GMainContext *context, const struct link_ops *ops,
                         gpointer user)
{
    static GSourceFuncs turn_funcs = {.dispatch = on_turn};
    struct link *link = g_malloc(sizeof(*link));
    memset(link, 0, G_STRUCT_OFFSET(struct link, buffer));
    link->refs = 1;
    link->stream = g_object_ref(stream);
    link->in = G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(stream));
    link->out = G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(stream));
    link->context = g_main_context_ref(context ? context : g_main_context_default());
    link->ops = ops;
    link->user = user;
    link->input = link_input_create(on_message, link);
    link->output = link_output_create();
    link->turn = g_source_new(&turn_funcs, sizeof(struct turn_source));
    ((struct turn_source *)link->turn)->link = link;
    g_source_set_name(link->turn, "link");
    g_source_attach(link->turn, link->context);
    link->readable = g_pollable_input_stream_create_source(link->in, NULL);
    g_source_set_callback(link->readable, G_SOURCE_FUNC(on_readable), link, NULL);
    g_source_attach(link->readable, link->context);
    return link;
}

void link_destroy(struct link *link)
{
    if (!link || link->destroyed)
        return;
    link->destroyed = true;
    drop_source(&link->turn);
    drop_source(&link->readable);
    drop_source(&link->blocked);
    if (!link->closed)
        close_stream(link);
    link_unref(link);
}

static bool is_dead(const struct link *link)
{
    return link->closed || link->destroyed || link->close_reason;
}

static bool push(struct link *link, enum wire_kind kind, uint32_t channel, const uint8_t *prefix,
                 size_t prefix_bytes, GBytes *body)
{
    link_output_push(link->output, kind, channel, prefix, prefix_bytes, body);
    if (link_output_control_bytes(link->output) > control_max_bytes) {
        link_fail(link, "more than 64 MiB of control wait: the peer does not read");
        return false;
    }
    if (link_output_data_bytes(link->output) > data_high_bytes)
        link->was_high = true;
    if (!link->blocked)
        link_schedule(link);
    return true;
}

static void free_json_text(gpointer text)
{
    free(text);
}

bool link_send_control(struct link *link, json_t *message)
{
    char *text = is_dead(link) ? NULL : json_dumps(message, JSON_COMPACT);
    json_decref(message);
    if (!text)
        return false;
    g_autoptr(GBytes) body = g_bytes_new_with_free_func(text, strlen(text), free_json_text, text);
    return push(link, WIRE_CONTROL, 0, NULL, 0, body);
}

bool link_send(struct link *link, enum wire_kind kind, uint32_t channel, const uint8_t *prefix,
               size_t prefix_bytes, GBytes *body)
{
    if (is_dead(link))
        return false;
    if (kind != WIRE_CREDIT && link_output_data_bytes(link->output) > data_high_bytes) {
        link->was_high = true;
        return false;
    }
    return push(link, kind, channel, prefix, prefix_bytes, body);
}

void link_cancel(struct link *link, enum wire_kind kind, uint32_t channel)
{
    link_output_cancel(link->output, kind, channel);
    if (link->was_high && !is_dead(link))
        link_schedule(link);
}

size_t link_pending_bytes(const struct link *link)
{
    return link_output_control_bytes(link->output) + link_output_data_bytes(link->output);
}
