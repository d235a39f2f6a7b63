#include "rtc/janus_private.h"

static void free_held(gpointer held)
{
    struct held *one = held;
    json_decref(one->message);
    g_free(one->transaction);
    g_free(one);
}

void janus_handle_free(struct janus_handle *handle)
{
    g_hash_table_remove(handle->janus->handles, handle);
    if (handle->id)
        g_hash_table_remove(handle->janus->by_id, &handle->id);
    g_queue_clear_full(&handle->waiting, free_held);
    g_free(handle);
}

/* Takes `message`. */
static void put_by_handle(struct janus_handle *handle, json_t *message, char *transaction)
{
    if (handle->id) {
        janus_put(handle->janus, message, transaction, handle);
        json_decref(message);
        g_free(transaction);
        return;
    }
    struct held *held = g_new0(struct held, 1);
    *held = (struct held){transaction, message};
    g_queue_push_tail(&handle->waiting, held);
}

static void detach(struct janus_handle *handle, GSourceFunc done, gpointer user)
{
    char *transaction = janus_transaction(handle->janus);
    struct asked *asked = janus_remember(handle->janus, transaction, NULL);
    asked->done = done;
    asked->user = user;
    put_by_handle(handle, json_pack("{s:s}", "janus", "detach"), transaction);
    janus_handle_free(handle);
}

static void on_attached(const struct janus_message *answer, gpointer user)
{
    struct janus_handle *handle = user;
    if (!answer)
        return; /* it is told lost with all others */
    if (answer->kind != JANUS_SUCCESS || !answer->id) {
        g_autofree char *why = g_strdup_printf("no handle: %s", answer->why ? answer->why : "?");
        janus_end(handle->janus, why);
        return;
    }
    handle->id = answer->id;
    if (!handle->ops) {
        detach(handle, handle->done, handle->done_user);
        return;
    }
    g_hash_table_insert(handle->janus->by_id, &handle->id, handle);
    struct held *held;
    while ((held = g_queue_pop_head(&handle->waiting))) {
        janus_put(handle->janus, held->message, held->transaction, handle);
        free_held(held);
    }
}

struct janus_handle *janus_attach(struct janus *janus, const struct janus_handle_ops *ops,
                                  gpointer user)
{
    g_assert(janus->session);
    struct janus_handle *handle = g_new0(struct janus_handle, 1);
    *handle = (struct janus_handle){.janus = janus, .ops = ops, .user = user};
    g_hash_table_add(janus->handles, handle);
    janus_ask_session(janus,
                      json_pack("{s:s,s:s}", "janus", "attach", "plugin", "janus.plugin.videoroom"),
                      on_attached, handle);
    return handle;
}

void janus_ask(struct janus_handle *handle, json_t *body, const char *type, const char *sdp,
               janus_answer_fn answer, gpointer user)
{
    if (handle->lost) {
        json_decref(body);
        return;
    }
    json_t *message = json_pack("{s:s,s:o}", "janus", "message", "body", body);
    if (sdp)
        json_object_set_new(message, "jsep", json_pack("{s:s,s:s}", "type", type, "sdp", sdp));
    char *transaction = janus_transaction(handle->janus);
    struct asked *asked = janus_remember(handle->janus, transaction, handle);
    asked->answer = answer;
    asked->user = user;
    put_by_handle(handle, message, transaction);
}

void janus_trickle(struct janus_handle *handle, json_t *candidate)
{
    if (!candidate)
        candidate = json_pack("{s:b}", "completed", 1);
    json_t *message = json_pack("{s:s,s:o}", "janus", "trickle", "candidate", candidate);
    if (handle->lost) {
        json_decref(message);
        return;
    }
    char *transaction = janus_transaction(handle->janus);
    janus_remember(handle->janus, transaction, handle);
    put_by_handle(handle, message, transaction);
}

static void forget_asked(struct janus_handle *handle)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, handle->janus->asked);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct asked *asked = value;
        if (asked->handle != handle)
            continue;
        asked->handle = NULL;
        asked->answer = NULL;
    }
}

bool janus_close(struct janus_handle *handle, GSourceFunc done, gpointer user)
{
    if (!handle)
        return false;
    forget_asked(handle);
    handle->ops = NULL;
    if (handle->lost) {
        janus_handle_free(handle);
        return false;
    }
    if (handle->id) {
        detach(handle, done, user);
        return done != NULL;
    }
    handle->done = done;
    handle->done_user = user;
    return done != NULL;
}
