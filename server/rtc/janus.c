#include "common/log.h"
#include "rtc/janus_pipe.h"
#include "rtc/janus_private.h"

enum {
    RETRY_MIN_MS = 200,
    RETRY_MAX_MS = 5000,
    LOOK_MS = 1000,
    ALIVE_US = 20 * G_USEC_PER_SEC,  /* Janus forgets a session after 60 s */
    ANSWER_US = 10 * G_USEC_PER_SEC, /* then the connection is as good as none */
};

static void connect_now(struct janus *janus);

/* --- asking */

char *janus_transaction(struct janus *janus)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT, ++janus->number);
}

void janus_put(struct janus *janus, json_t *message, const char *transaction,
               const struct janus_handle *handle)
{
    json_object_set_new(message, "transaction", json_string(transaction));
    if (janus->secret)
        json_object_set_new(message, "apisecret", json_string(janus->secret));
    if (janus->session)
        json_object_set_new(message, "session_id", json_integer((json_int_t)janus->session));
    if (handle)
        json_object_set_new(message, "handle_id", json_integer((json_int_t)handle->id));
    char *text = json_dumps(message, JSON_COMPACT);
    janus_pipe_send(janus->pipe, text);
    free(text);
    janus->sent_us = g_get_monotonic_time();
}

struct asked *janus_remember(struct janus *janus, const char *transaction,
                             struct janus_handle *handle)
{
    struct asked *asked = g_new0(struct asked, 1);
    asked->handle = handle;
    asked->number = janus->number;
    asked->time_us = g_get_monotonic_time();
    g_hash_table_insert(janus->asked, g_strdup(transaction), asked);
    return asked;
}

void janus_ask_session(struct janus *janus, json_t *message, janus_answer_fn answer, gpointer user)
{
    g_autofree char *transaction = janus_transaction(janus);
    struct asked *asked = janus_remember(janus, transaction, NULL);
    asked->answer = answer;
    asked->user = user;
    janus_put(janus, message, transaction, NULL);
    json_decref(message);
}

/* --- the end of a session */

static GPtrArray *all_handles(const struct janus *janus)
{
    GPtrArray *all = g_ptr_array_new();
    GHashTableIter iter;
    gpointer handle;
    g_hash_table_iter_init(&iter, janus->handles);
    while (g_hash_table_iter_next(&iter, &handle, NULL))
        g_ptr_array_add(all, handle);
    return all;
}

/* Handles are dead from here on, though not told. */
static GPtrArray *lose_handles(struct janus *janus)
{
    GPtrArray *all = all_handles(janus);
    for (guint i = 0; i < all->len; i++)
        ((struct janus_handle *)all->pdata[i])->lost = true;
    g_hash_table_remove_all(janus->by_id);
    return all;
}

static void end_asked(struct janus *janus)
{
    GHashTableIter iter;
    gpointer transaction, value;
    for (;;) { /* those who are told may close handles: from the beginning each time */
        g_hash_table_iter_init(&iter, janus->asked);
        if (!g_hash_table_iter_next(&iter, &transaction, &value))
            return;
        struct asked *one = value;
        g_hash_table_iter_remove(&iter);
        if (one->done)
            one->done(one->user);
        else if (one->answer)
            one->answer(NULL, one->user);
        g_free(one);
    }
}

static void end_handles(struct janus *janus, const GPtrArray *all, const char *why)
{
    for (guint i = 0; i < all->len; i++) {
        struct janus_handle *handle = all->pdata[i];
        if (!g_hash_table_contains(janus->handles, handle))
            continue; /* closed by one that was told */
        if (handle->ops) {
            handle->ops->lost(why, handle->user);
            continue;
        }
        if (handle->done)
            handle->done(handle->done_user);
        janus_handle_free(handle);
    }
}

static gboolean on_retry(gpointer user)
{
    struct janus *janus = user;
    janus->retry_source = 0;
    connect_now(janus);
    return G_SOURCE_REMOVE;
}

void janus_end(struct janus *janus, const char *why)
{
    g_autofree char *reason = g_strdup(why); /* may be of the pipe */
    bool was_ready = janus->session != 0;
    g_clear_pointer(&janus->pipe, janus_pipe_destroy);
    janus->session = 0;
    loop_cancel(janus->loop, &janus->look_source);
    g_autoptr(GPtrArray) all = lose_handles(janus);
    end_asked(janus);
    end_handles(janus, all, reason);
    if (was_ready || g_strcmp0(janus->told, reason) != 0) {
        g_free(janus->told);
        janus->told = g_strdup(reason);
        log_warn("rtc", "Janus: %s", reason);
        janus->state(false, reason, janus->user);
    }
    if (was_ready)
        janus->retry_ms = RETRY_MIN_MS;
    loop_cancel(janus->loop, &janus->retry_source);
    janus->retry_source = loop_after(janus->loop, janus->retry_ms, on_retry, janus);
    janus->retry_ms = MIN(janus->retry_max_ms, janus->retry_ms * 2);
}

/* --- what comes */

static void on_session(const struct janus_message *answer, gpointer user)
{
    struct janus *janus = user;
    if (!answer)
        return;
    if (answer->kind != JANUS_SUCCESS || !answer->id) {
        g_autofree char *why =
            g_strdup_printf("refused: %s", answer->why ? answer->why : "no session");
        janus_end(janus, why);
        return;
    }
    janus->session = answer->id;
    janus->retry_ms = RETRY_MIN_MS;
    g_clear_pointer(&janus->told, g_free);
    log_info("rtc", "Janus is there");
    janus->state(true, "", janus->user);
}

/* The plugin answers one after the other: what came after this one has its answer. */
static bool passed_over(const struct janus *janus, const struct asked *asked)
{
    return asked->answer && asked->handle && asked->number < janus->answered;
}

/* Asked too long ago; NULL: nothing is. */
static struct asked *overdue(const struct janus *janus)
{
    gint64 now = g_get_monotonic_time();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, janus->asked);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (now - ((struct asked *)value)->time_us > ANSWER_US)
            return value;
    return NULL;
}

/* This one fails alone: what others do goes on. */
static void fail(struct janus *janus, struct asked *asked)
{
    struct asked one = *asked;
    g_autofree char *transaction = g_strdup_printf("%" G_GUINT64_FORMAT, one.number);
    g_hash_table_remove(janus->asked, transaction);
    g_free(asked);
    const struct janus_message none = {.kind = JANUS_ERROR, .code = 1, .why = "no answer"};
    one.answer(&none, one.user);
}

static gboolean look(gpointer user)
{
    struct janus *janus = user;
    struct asked *late;
    while ((late = overdue(janus))) {
        if (passed_over(janus, late)) {
            fail(janus, late);
            continue;
        }
        janus->look_source = 0;
        janus_end(janus, "no answer");
        return G_SOURCE_REMOVE;
    }
    if (janus->session && g_get_monotonic_time() - janus->sent_us > ALIVE_US)
        janus_ask_session(janus, json_pack("{s:s}", "janus", "keepalive"), NULL, NULL);
    return G_SOURCE_CONTINUE;
}

static void on_opened(gpointer user)
{
    struct janus *janus = user;
    janus->look_source = loop_every(janus->loop, LOOK_MS, look, janus);
    janus_ask_session(janus, json_pack("{s:s}", "janus", "create"), on_session, janus);
}

static bool answers(const struct janus_message *message, const struct asked *asked)
{
    /* to what somebody waits for, the answer comes after the acknowledgement */
    return message->kind != JANUS_ACK || (!asked->answer && !asked->done);
}

static void tell_event(struct janus *janus, const struct janus_message *message)
{
    struct janus_handle *handle = g_hash_table_lookup(janus->by_id, &message->sender);
    if (message->kind == JANUS_TIMEOUT && !message->sender) {
        janus_end(janus, "the session timed out");
        return;
    }
    if (!handle || !handle->ops)
        return;
    if (message->kind == JANUS_DETACHED) {
        g_hash_table_remove(janus->by_id, &handle->id);
        handle->lost = true;
        handle->ops->lost("Janus let go of it", handle->user);
        return;
    }
    handle->ops->event(message, handle->user);
}

static void on_text(const char *text, size_t size, gpointer user)
{
    struct janus *janus = user;
    struct janus_message message;
    if (!janus_message_read(text, size, &message))
        return;
    struct asked *asked =
        message.transaction ? g_hash_table_lookup(janus->asked, message.transaction) : NULL;
    if (!asked) {
        tell_event(janus, &message);
    } else if (answers(&message, asked)) {
        struct asked one = *asked;
        g_hash_table_remove(janus->asked, message.transaction);
        g_free(asked);
        if (message.kind == JANUS_EVENT)
            janus->answered = MAX(janus->answered, one.number);
        if (one.done)
            one.done(one.user);
        else if (one.answer)
            one.answer(&message, one.user);
    } else {
        asked->time_us = g_get_monotonic_time();
    }
    janus_message_clear(&message);
}

static void on_closed(const char *why, gpointer user)
{
    janus_end(user, why);
}

static const struct janus_pipe_ops pipe_ops = {on_opened, on_text, on_closed};

static void connect_now(struct janus *janus)
{
    janus->pipe = janus_pipe_create(janus->url, loop_context(janus->loop), &pipe_ops, janus, NULL);
}

struct janus *janus_create(const struct janus_options *options, GError **error)
{
    if (!janus_url_check(options->url, error))
        return NULL;
    struct janus *janus = g_new0(struct janus, 1);
    *janus = (struct janus){.loop = options->loop,
                            .url = g_strdup(options->url),
                            .secret = g_strdup(options->secret),
                            .retry_max_ms = options->retry_max_ms,
                            .retry_ms = RETRY_MIN_MS,
                            .state = options->state,
                            .user = options->user};
    if (!janus->retry_max_ms)
        janus->retry_max_ms = RETRY_MAX_MS;
    janus->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    janus->handles = g_hash_table_new(NULL, NULL);
    janus->by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
    connect_now(janus);
    return janus;
}

void janus_destroy(struct janus *janus)
{
    if (!janus)
        return;
    loop_cancel(janus->loop, &janus->retry_source);
    loop_cancel(janus->loop, &janus->look_source);
    janus_pipe_destroy(janus->pipe);
    g_autoptr(GPtrArray) all = all_handles(janus);
    for (guint i = 0; i < all->len; i++)
        janus_handle_free(all->pdata[i]);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, janus->asked);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_free(value);
    g_hash_table_unref(janus->asked);
    g_hash_table_unref(janus->handles);
    g_hash_table_unref(janus->by_id);
    g_free(janus->url);
    g_free(janus->secret);
    g_free(janus->told);
    g_free(janus);
}

bool janus_ready(const struct janus *janus)
{
    return janus->session != 0;
}
