#include "common/redis.h"
#include "common/clock.h"
#include "common/redis_url.h"
#include "common/tls_peer.h"
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <hiredis/hiredis.h>
#include <string.h>

enum {
    UNANSWERED_MAX = 10000,
    UNSENT_MAX_BYTES = 64 << 20,
    CONNECT_TIMEOUT_S = 10,
    READ_BYTES = 64 * 1024,
    READS_PER_TURN = 16,
};

enum phase { PHASE_AWAY, PHASE_CONNECTING, PHASE_GREETING, PHASE_READY };

struct waiting {
    redis_reply_fn reply;
    gpointer user;
};

struct turn_source {
    GSource source;
    struct redis *redis;
};

struct redis {
    /* --- immutable after redis_create() and redis_set_timing() */
    struct redis_url url;
    GTlsDatabase *authorities; /* NULL: the system's */
    GMainContext *context;
    redis_state_fn state;
    gpointer user;
    struct redis_timing timing;
    /* --- loop thread only */
    int refs; /* owner, a connect under way, each of our functions that calls the owner */
    bool destroyed;
    enum phase phase;
    unsigned retry_ms;
    char *fault;     /* set: the connection is to be dropped */
    char *last_told; /* why of the last state(false) */
    GCancellable *cancel;
    GSource *turn, *retry, *watch, *readable, *blocked;
    bool turn_due;
    GIOStream *stream;
    redisReader *reader;
    GQueue waiting; /* struct waiting, oldest first */
    int64_t quiet_since_us;
    GByteArray *unsent;
    size_t sent_bytes; /* of unsent */
};

static void start_connect(struct redis *redis);

static void drop_source(GSource **source)
{
    if (!*source)
        return;
    g_source_destroy(*source);
    g_source_unref(*source);
    *source = NULL;
}

static void redis_unref(struct redis *redis)
{
    if (--redis->refs > 0)
        return;
    if (redis->reader)
        redisReaderFree(redis->reader);
    g_queue_clear_full(&redis->waiting, g_free);
    g_byte_array_unref(redis->unsent);
    g_clear_object(&redis->cancel);
    redis_url_clear(&redis->url);
    g_clear_object(&redis->authorities);
    g_main_context_unref(redis->context);
    g_free(redis->fault);
    g_free(redis->last_told);
    g_free(redis);
}

static void schedule_turn(struct redis *redis)
{
    if (redis->turn_due || !redis->turn)
        return;
    redis->turn_due = true;
    g_source_set_ready_time(redis->turn, 0);
}

/* The connection ends in our next turn, outside whoever called us. */
static void set_fault(struct redis *redis, const char *why)
{
    if (redis->fault)
        return;
    redis->fault = g_strdup(why);
    schedule_turn(redis);
}

static void close_stream(struct redis *redis)
{
    drop_source(&redis->readable);
    drop_source(&redis->blocked);
    drop_source(&redis->watch);
    if (!redis->stream)
        return;
    g_main_context_push_thread_default(redis->context);
    g_io_stream_close_async(redis->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
    g_main_context_pop_thread_default(redis->context);
    g_clear_object(&redis->stream);
}

static gboolean on_retry(gpointer user)
{
    struct redis *redis = user;
    drop_source(&redis->retry);
    start_connect(redis);
    return G_SOURCE_REMOVE;
}

static void schedule_retry(struct redis *redis)
{
    unsigned half = redis->retry_ms / 2;
    unsigned delay_ms = half + (unsigned)(g_random_double() * (redis->retry_ms - half));
    redis->retry_ms = MIN(redis->retry_ms * 2, redis->timing.retry_max_ms);
    drop_source(&redis->retry);
    redis->retry = g_timeout_source_new(delay_ms);
    g_source_set_callback(redis->retry, on_retry, redis, NULL);
    g_source_attach(redis->retry, redis->context);
}

/* Every unanswered command learns why, then the owner; each of them may destroy us. */
static void go_away(struct redis *redis, const char *why)
{
    bool tell = redis->phase == PHASE_READY || g_strcmp0(why, redis->last_told) != 0;
    redis->phase = PHASE_AWAY;
    close_stream(redis);
    g_byte_array_set_size(redis->unsent, 0);
    redis->sent_bytes = 0;
    g_free(redis->last_told);
    redis->last_told = g_strdup(why);
    schedule_retry(redis);
    struct waiting *waiting;
    while (!redis->destroyed && (waiting = g_queue_pop_head(&redis->waiting))) {
        if (waiting->reply)
            waiting->reply(NULL, why, waiting->user);
        g_free(waiting);
    }
    if (!redis->destroyed && tell && redis->state)
        redis->state(false, why, redis->user);
}

static void view_reply(const redisReply *native, struct redis_reply *view)
{
    static const enum redis_type types[] = {
        [REDIS_REPLY_STRING] = REDIS_STRING,   [REDIS_REPLY_ARRAY] = REDIS_ARRAY,
        [REDIS_REPLY_INTEGER] = REDIS_INTEGER, [REDIS_REPLY_NIL] = REDIS_NIL,
        [REDIS_REPLY_STATUS] = REDIS_STATUS,   [REDIS_REPLY_ERROR] = REDIS_FAIL,
    };
    *view = (struct redis_reply){.type = types[native->type], .native = native};
    if (native->type == REDIS_REPLY_INTEGER) {
        view->integer = native->integer;
    } else if (native->type == REDIS_REPLY_ARRAY) {
        view->count = native->elements;
    } else if (native->type != REDIS_REPLY_NIL) {
        view->text = native->str;
        view->size = native->len;
    }
}

bool redis_reply_at(const struct redis_reply *array, size_t index, struct redis_reply *element)
{
    if (array->type != REDIS_ARRAY || index >= array->count)
        return false;
    const redisReply *native = array->native;
    view_reply(native->element[index], element);
    return true;
}

/* Gives the answers in the reader to whoever asked, in order. */
static void deliver_replies(struct redis *redis)
{
    while (!redis->destroyed && !redis->fault) {
        void *native = NULL;
        if (redisReaderGetReply(redis->reader, &native) != REDIS_OK) {
            g_autofree char *why = g_strdup_printf("not Redis: %s", redis->reader->errstr);
            set_fault(redis, why);
            return;
        }
        if (!native)
            return;
        struct waiting *waiting = g_queue_pop_head(&redis->waiting);
        if (waiting) {
            struct redis_reply view;
            view_reply(native, &view);
            if (waiting->reply)
                waiting->reply(&view, NULL, waiting->user);
            g_free(waiting);
        } else {
            set_fault(redis, "an answer that nobody asked for");
        }
        freeReplyObject(native);
    }
}

static gboolean on_readable(GObject *object, gpointer user)
{
    struct redis *redis = user;
    GPollableInputStream *in = G_POLLABLE_INPUT_STREAM(object);
    redis->refs++;
    g_source_set_ready_time(redis->readable, -1);
    for (int i = 0; !redis->destroyed && !redis->fault; i++) {
        if (i == READS_PER_TURN) {
            g_source_set_ready_time(redis->readable, 0); /* TLS may hold more than the poll sees */
            break;
        }
        char data[READ_BYTES];
        g_autoptr(GError) error = NULL;
        gssize n = g_pollable_input_stream_read_nonblocking(in, data, sizeof(data), NULL, &error);
        if (n < 0 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
            break;
        if (n <= 0) {
            set_fault(redis, n == 0 ? "Redis closed the connection" : error->message);
            break;
        }
        redis->quiet_since_us = clock_mono_us();
        if (redisReaderFeed(redis->reader, data, (size_t)n) != REDIS_OK)
            set_fault(redis, redis->reader->errstr);
        deliver_replies(redis);
    }
    redis_unref(redis);
    return G_SOURCE_CONTINUE;
}

static gboolean on_unblocked(GObject *object, gpointer user)
{
    (void)object;
    struct redis *redis = user;
    drop_source(&redis->blocked);
    schedule_turn(redis);
    return G_SOURCE_REMOVE;
}

static void write_some(struct redis *redis)
{
    GPollableOutputStream *out =
        G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(redis->stream));
    while (redis->sent_bytes < redis->unsent->len) {
        g_autoptr(GError) error = NULL;
        gssize n = g_pollable_output_stream_write_nonblocking(
            out, redis->unsent->data + redis->sent_bytes, redis->unsent->len - redis->sent_bytes,
            NULL, &error);
        if (n < 0 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
            redis->blocked = g_pollable_output_stream_create_source(out, NULL);
            g_source_set_callback(redis->blocked, G_SOURCE_FUNC(on_unblocked), redis, NULL);
            g_source_attach(redis->blocked, redis->context);
            return;
        }
        if (n < 0) {
            set_fault(redis, error->message);
            return;
        }
        redis->sent_bytes += (size_t)n;
    }
    g_byte_array_set_size(redis->unsent, 0);
    redis->sent_bytes = 0;
}

static gboolean on_turn(GSource *source, GSourceFunc callback, gpointer user)
{
    (void)callback;
    (void)user;
    struct redis *redis = ((struct turn_source *)source)->redis;
    redis->refs++;
    redis->turn_due = false;
    g_source_set_ready_time(source, -1);
    if (redis->stream && !redis->blocked && !redis->fault)
        write_some(redis);
    g_autofree char *why = g_steal_pointer(&redis->fault);
    if (why) {
        redis->turn_due = false;
        g_source_set_ready_time(source, -1);
        go_away(redis, why);
    }
    redis_unref(redis);
    return G_SOURCE_CONTINUE;
}

static gboolean on_watch(gpointer user)
{
    struct redis *redis = user;
    int64_t quiet_us = clock_mono_us() - redis->quiet_since_us;
    if (!g_queue_is_empty(&redis->waiting) && quiet_us >= redis->timing.answer_ms * INT64_C(1000)) {
        g_autofree char *why =
            g_strdup_printf("Redis answered nothing for %u ms", redis->timing.answer_ms);
        set_fault(redis, why);
    }
    return G_SOURCE_CONTINUE;
}

static void send_command(struct redis *redis, int argc, const char **argv, const size_t *sizes,
                         redis_reply_fn reply, gpointer user)
{
    char *text = NULL;
    int size = redisFormatCommandArgv(&text, argc, argv, sizes);
    g_assert(size >= 0); /* out of memory otherwise */
    g_byte_array_append(redis->unsent, (const guint8 *)text, (guint)size);
    redisFreeCommand(text);
    if (g_queue_is_empty(&redis->waiting))
        redis->quiet_since_us = clock_mono_us();
    struct waiting *waiting = g_new(struct waiting, 1);
    *waiting = (struct waiting){.reply = reply, .user = user};
    g_queue_push_tail(&redis->waiting, waiting);
    if (!redis->blocked)
        schedule_turn(redis);
}

/* --- greeting: AUTH, SELECT, PING; a server that still loads its file refuses the PING */

static void on_greeting(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct redis *redis = user;
    if (why || reply->type != REDIS_FAIL)
        return;
    g_autofree char *text = g_strdup_printf("Redis refuses us: %s", reply->text);
    set_fault(redis, text);
}

static void on_greeting_end(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct redis *redis = user;
    on_greeting(reply, why, user);
    if (why || redis->fault)
        return;
    redis->phase = PHASE_READY;
    redis->retry_ms = redis->timing.retry_min_ms;
    g_clear_pointer(&redis->last_told, g_free);
    if (redis->state)
        redis->state(true, NULL, redis->user);
}

static void greet(struct redis *redis)
{
    const struct redis_url *url = &redis->url;
    if (url->password && url->user) {
        const char *argv[] = {"AUTH", url->user, url->password};
        send_command(redis, 3, argv, NULL, on_greeting, redis);
    } else if (url->password) {
        const char *argv[] = {"AUTH", url->password};
        send_command(redis, 2, argv, NULL, on_greeting, redis);
    }
    if (url->db > 0) {
        char db[16];
        g_snprintf(db, sizeof(db), "%u", url->db);
        const char *argv[] = {"SELECT", db};
        send_command(redis, 2, argv, NULL, on_greeting, redis);
    }
    const char *argv[] = {"PING"};
    send_command(redis, 1, argv, NULL, on_greeting_end, redis);
}

static void take_connection(struct redis *redis, GSocketConnection *connection)
{
    g_socket_set_timeout(g_socket_connection_get_socket(connection), 0);
    redis->stream = G_IO_STREAM(g_object_ref(connection));
    redis->phase = PHASE_GREETING;
    if (redis->reader)
        redisReaderFree(redis->reader);
    redis->reader = redisReaderCreate();
    GPollableInputStream *in = G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(redis->stream));
    redis->readable = g_pollable_input_stream_create_source(in, NULL);
    g_source_set_callback(redis->readable, G_SOURCE_FUNC(on_readable), redis, NULL);
    g_source_attach(redis->readable, redis->context);
    redis->watch = g_timeout_source_new(MAX(redis->timing.answer_ms / 4, 1U));
    g_source_set_callback(redis->watch, on_watch, redis, NULL);
    g_source_attach(redis->watch, redis->context);
    greet(redis);
}

static void on_connected(GObject *object, GAsyncResult *result, gpointer user)
{
    struct redis *redis = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect_finish(G_SOCKET_CLIENT(object), result, &error);
    if (!redis->destroyed) {
        if (connection)
            take_connection(redis, connection);
        else
            go_away(redis, error->message);
    }
    redis_unref(redis);
}

static void on_event(GSocketClient *client, GSocketClientEvent event, GSocketConnectable *to,
                     GIOStream *stream, gpointer authorities)
{
    (void)client;
    (void)to;
    if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
        g_tls_connection_set_database(G_TLS_CONNECTION(stream), authorities);
}

static void start_connect(struct redis *redis)
{
    const struct redis_url *url = &redis->url;
    redis->phase = PHASE_CONNECTING;
    g_autoptr(GSocketConnectable) target =
        url->path ? G_SOCKET_CONNECTABLE(g_unix_socket_address_new(url->path))
                  : g_network_address_new(url->host, url->port);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, CONNECT_TIMEOUT_S);
    g_socket_client_set_tls(client, url->tls);
    if (url->tls)
        tls_peer_watch(client);
    if (redis->authorities)
        g_signal_connect_object(client, "event", G_CALLBACK(on_event), redis->authorities, 0);
    redis->refs++;
    g_main_context_push_thread_default(redis->context);
    g_socket_client_connect_async(client, target, redis->cancel, on_connected, redis);
    g_main_context_pop_thread_default(redis->context);
}

struct redis *redis_create(const char *url, GMainContext *context, redis_state_fn state,
                           gpointer user, GError **error)
{
    static GSourceFuncs turn_funcs = {.dispatch = on_turn};
    struct redis_url parsed;
    if (!redis_url_parse(url, &parsed, error))
        return NULL;
    GTlsDatabase *authorities = parsed.ca ? g_tls_file_database_new(parsed.ca, error) : NULL;
    if (parsed.ca && !authorities) {
        g_prefix_error(error, "Redis certificate authorities %s: ", parsed.ca);
        redis_url_clear(&parsed);
        return NULL;
    }
    struct redis *redis = g_new0(struct redis, 1);
    redis->refs = 1;
    redis->authorities = authorities;
    redis->url = parsed;
    redis->context = g_main_context_ref(context ? context : g_main_context_default());
    redis->state = state;
    redis->user = user;
    redis->cancel = g_cancellable_new();
    redis->unsent = g_byte_array_new();
    g_queue_init(&redis->waiting);
    redis_set_timing(redis, &(struct redis_timing){
                                .answer_ms = 10000, .retry_min_ms = 200, .retry_max_ms = 5000});
    redis->turn = g_source_new(&turn_funcs, sizeof(struct turn_source));
    ((struct turn_source *)redis->turn)->redis = redis;
    g_source_set_name(redis->turn, "redis");
    g_source_attach(redis->turn, redis->context);
    redis->retry = g_timeout_source_new(0); /* the owner's callbacks come from the loop only */
    g_source_set_callback(redis->retry, on_retry, redis, NULL);
    g_source_attach(redis->retry, redis->context);
    return redis;
}

void redis_set_timing(struct redis *redis, const struct redis_timing *timing)
{
    redis->timing = *timing;
    redis->retry_ms = timing->retry_min_ms;
}

void redis_destroy(struct redis *redis)
{
    if (!redis || redis->destroyed)
        return;
    redis->destroyed = true;
    redis->phase = PHASE_AWAY;
    g_cancellable_cancel(redis->cancel);
    drop_source(&redis->turn);
    drop_source(&redis->retry);
    close_stream(redis);
    redis_unref(redis);
}

bool redis_connected(const struct redis *redis)
{
    return redis->phase == PHASE_READY && !redis->fault;
}

bool redis_command(struct redis *redis, int argc, const char **argv, const size_t *sizes,
                   redis_reply_fn reply, gpointer user)
{
    if (!redis_connected(redis) || redis->waiting.length >= UNANSWERED_MAX ||
        redis->unsent->len - redis->sent_bytes > UNSENT_MAX_BYTES)
        return false;
    send_command(redis, argc, argv, sizes, reply, user);
    return true;
}
