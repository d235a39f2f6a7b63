/* Messages to gateways: what is due is tried on threads of its own, at most a few at once for each
 * channel, so that a slow one holds up nobody; what came back is written, and tried again later. */
#include "common/clock.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/mailbox.h"
#include "identity/vault.h"
#include "notify/message.h"
#include "notify/notify_private.h"
#include <curl/curl.h>
#include <stdatomic.h>
#include <string.h>

enum { LOOK_MS = 500, AT_ONCE = 4, THREADS = 64, ANSWER_BYTES = 65536, REST_US = 10000000 };

struct post {
    /* --- immutable */
    struct notify *notify;
    GThreadPool *pool;
    struct mailbox *answers;
    guint source;
    /* --- loop thread */
    guint *flying;         /* by channel */
    char **tokens;         /* by channel; NULL: none */
    GHashTable *under_way; /* ids */
    bool reading, look;
    gint64 next_us; /* 0: nothing waits */
    /* --- any thread */
    atomic_bool ending;
};

struct
try { /* owned by one thread after the other */
    struct post *post;
    const struct channel *channel;
    guint index;
    char *id, *of, *token, *to; /* `to`: of a person, NULL none */
    json_t *facts;
    gint64 tries;
    bool test;
    bool unreadable; /* number and link cannot be opened: nothing is sent */
    /* --- what came back */
    long status;
    char *answer;
    bool taken, stale;
    gint64 now_us, next_us;
    const char *state;
};

static void try_free(gpointer data)
{
    struct try *try = data;
    g_free(try->id);
    g_free(try->of);
    g_free(try->token);
    g_free(try->to);
    g_free(try->answer);
    json_decref(try->facts);
    g_free(try);
}

/* --- on a thread of the pool */

/* The beginning is kept, the rest is swallowed: however much a gateway says, it took the message.
 */
static size_t on_data(char *data, size_t size, size_t count, void *user)
{
    GByteArray *body = user;
    gsize kept = MIN(size * count, ANSWER_BYTES - (gsize)body->len);
    g_byte_array_append(body, (const guint8 *)data, (guint)kept);
    return size * count;
}

static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct try *try = user;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&try->post->ending);
}

/* One request; redirections are not followed: what stands in it is for that address alone. false:
 * no answer came; then `answer` says why. */
static bool ask(struct try *try, const char *url, const struct message *message, GByteArray *body)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = NULL;
    for (guint i = 0; message && message->headers[i]; i++)
        headers = curl_slist_append(headers, message->headers[i]);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)try->channel->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, try);
    if (try->channel->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, try->channel->ca_file);
    if (message)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, message->body);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &try->status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (code != CURLE_OK) {
        try->status = 0;
        try->answer = g_strdup(curl_easy_strerror(code));
    }
    return code == CURLE_OK;
}

/* A token of the application, good for the tries that follow too. */
static bool get_token(struct try *try)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    g_autofree char *url = message_token_url(try->channel);
    if (try->channel->kind != CHANNEL_WECOM_APP || try->token)
        return true;
    if (!ask(try, url, NULL, body))
        return false;
    try->token = message_token((const char *)body->data, body->len);
    if (!try->token)
        try->answer = message_clip(try->channel, (const char *)body->data, body->len);
    return try->token != NULL;
}

static void run_try(gpointer data, gpointer user)
{
    struct try *try = data;
    g_autoptr(GByteArray) body = g_byte_array_new();
    (void)user;
    if (!atomic_load(&try->post->ending) && get_token(try)) {
        const struct message_facts facts = {try->id,    try->of, try->facts,
                                            try->token, try->to, try->test};
        struct message *message = message_make(try->channel, &facts);
        if (ask(try, message->url, message, body))
            try->taken = message_taken(try->channel, try->status, (const char *)body->data,
                                       body->len, &try->stale, &try->answer);
        if (try->to && try->status)
            g_clear_pointer(&try->answer, g_free); /* may repeat number and link */
        message_free(message);
    }
    mailbox_post(try->post->answers, try);
}

/* --- what came back */

static bool write_answer(struct store_tx *tx, gpointer job, GError **error)
{
    const struct try *try = job;
    return store_exec(tx, error,
                      "UPDATE delivery SET state = ?, tries = ?, status = ?, answer = ?,"
                      " tried_us = ?, next_us = ?, ended_us = ?,"
                      " sealed = CASE WHEN ? = 1 THEN NULL ELSE sealed END WHERE id = ?"
                      " AND state IN ('queued', 'failed')",
                      "siisiiiis", try->state, try->tries, (gint64)try->status,
                      try->answer ? try->answer : "", try->now_us, try->next_us,
                      try->next_us ? (gint64)0 : try->now_us, (gint64)try->taken, try->id);
}

static void written(gpointer job, const GError *error)
{
    struct try *try = job;
    struct post *post = try->post;
    post->flying[try->index]--;
    g_hash_table_remove(post->under_way, try->id);
    if (error) {
        log_warn("notify", "%s: what came back could not be written: %s", try->channel->id,
                 error->message);
        post->next_us = clock_wall_us() + REST_US; /* it is sent again, under the same key */
    } else {
        post->look = true;
    }
    try_free(try);
}

static void judge(struct try *try)
{
    const struct plan *plan = try->post->notify->plan;
    try->tries++;
    try->now_us = clock_wall_us();
    gint64 wait =
        try->unreadable ? -1 : backoff_wait(&plan->backoff, (guint)try->tries, g_random_double());
    try->state = try->taken ? "sent" : wait < 0 ? "given_up" : "failed";
    if (!try->taken && wait >= 0)
        try->next_us = try->now_us + wait;
    if (!try->taken)
        log_warn("notify", "%s: try %d was not taken (HTTP %ld)%s", try->channel->id,
                 (int)try->tries, try->status, wait < 0 ? ", given up" : "");
}

static void on_answer(gpointer message, gpointer user)
{
    struct try *try = message;
    struct post *post = user;
    failpoint("notify.answered");
    g_free(post->tokens[try->index]);
    post->tokens[try->index] = try->stale ? NULL : g_strdup(try->token);
    judge(try);
    store_write(post->notify->options.store, write_answer, try, written);
}

/* Not delivered when the post ends: an answer that came is written, so that it is not sent again;
 * what was not tried or was broken off is looked for at the next start. */
static void left_over(gpointer message)
{
    struct try *try = message;
    if (try->status)
        on_answer(try, try->post);
    else
        try_free(try);
}

/* --- looking for what is due */

struct look {
    struct post *post;
    guint *free; /* by channel: how many more may be tried at once */
    gint64 now_us, next_us;
    GPtrArray *tries;
};

/* Number and link of a message to a person. Without them there is nobody to send it to: that is
 * said in its list, where it can be sent anew. */
static void open_sealed(struct try *try, struct store_rows *rows)
{
    const struct vault *vault = identity_vault(try->post->notify->options.identity);
    size_t size;
    const void *sealed = store_blob(rows, 6, &size);
    g_autofree char *text = size ? vault_unseal_secret(vault, try->id, sealed, size) : NULL;
    json_t *secret = text ? json_loads(text, 0, NULL) : NULL;
    if (secret) {
        try->to = g_strdup(json_string_value(json_object_get(secret, "to")));
        json_object_set(try->facts, "link", json_object_get(secret, "link"));
        json_decref(secret);
    } else if (size) {
        try->unreadable = true;
        try->answer = g_strdup("号码和链接无法打开：密钥与存储不符，请重新发送链接");
    }
}

static bool read_channel(struct store_tx *tx, struct look *look, guint index, GError **error)
{
    GError *bad = NULL;
    const struct channel *channel = look->post->notify->plan->channels->pdata[index];
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT id, facts, department, tries, next_us, kind, sealed FROM delivery"
                    " WHERE channel = ? AND next_us > 0 ORDER BY next_us, id LIMIT ?",
                    "si", channel->id, (gint64)AT_ONCE * 2);
    while (rows && store_rows_next(rows, &bad)) {
        gint64 due_us = store_int(rows, 4);
        if (due_us > look->now_us) {
            look->next_us = look->next_us ? MIN(look->next_us, due_us) : due_us;
            break;
        }
        struct try *try = g_new0(struct try, 1);
        *try = (struct try){.post = look->post, .channel = channel, .index = index};
        try->id = store_text_dup(rows, 0);
        try->facts = json_loads(store_text(rows, 1), 0, NULL);
        try->of = store_text_dup(rows, 2);
        try->tries = store_int(rows, 3);
        try->test = g_strcmp0(store_text(rows, 5), "test") == 0;
        open_sealed(try, rows);
        g_ptr_array_add(look->tries, try);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool read_due(struct store_tx *tx, gpointer job, GError **error)
{
    struct look *look = job;
    const GPtrArray *channels = look->post->notify->plan->channels;
    for (guint i = 0; i < channels->len; i++) {
        const struct channel *channel = channels->pdata[i];
        if (channel->enabled && look->free[i] && !read_channel(tx, look, i, error))
            return false;
    }
    return true;
}

static void begin(struct post *post, struct try *try)
{
    post->flying[try->index]++;
    g_hash_table_add(post->under_way, g_strdup(try->id));
    try->token = g_strdup(post->tokens[try->index]);
    failpoint("notify.sending");
    if (try->unreadable)
        on_answer(try, post);
    else
        g_thread_pool_push(post->pool, try, NULL);
}

static void due_read(gpointer job, const GError *error)
{
    struct look *look = job;
    struct post *post = look->post;
    post->reading = false;
    post->next_us = error ? look->now_us + REST_US : look->next_us;
    if (error)
        log_warn("notify", "messages that are due could not be read: %s", error->message);
    for (guint i = 0; i < look->tries->len; i++) {
        struct try *try = look->tries->pdata[i];
        if (g_hash_table_contains(post->under_way, try->id))
            try_free(try);
        else if (post->flying[try->index] >= AT_ONCE || atomic_load(&post->ending))
            try_free(try); /* looked for again when one of its channel is through */
        else
            begin(post, try);
    }
    g_ptr_array_unref(look->tries);
    g_free(look->free);
    g_free(look);
}

static gboolean tick(gpointer user)
{
    struct post *post = user;
    const GPtrArray *channels = post->notify->plan->channels;
    gint64 now_us = clock_wall_us();
    bool due = post->next_us && post->next_us <= now_us;
    if (post->reading || (!due && !post->look))
        return G_SOURCE_CONTINUE;
    struct look *look = g_new0(struct look, 1);
    look->post = post;
    look->now_us = now_us;
    look->free = g_new0(guint, channels->len);
    look->tries = g_ptr_array_new();
    for (guint i = 0; i < channels->len; i++)
        look->free[i] = AT_ONCE - MIN(post->flying[i], AT_ONCE);
    post->reading = true;
    post->look = false;
    store_read(post->notify->options.store, read_due, look, due_read);
    return G_SOURCE_CONTINUE;
}

void post_look(struct post *post)
{
    post->look = true;
}

struct post *post_create(struct notify *notify)
{
    struct post *post = g_new0(struct post, 1);
    guint channels = notify->plan->channels->len;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    post->notify = notify;
    post->flying = g_new0(guint, channels);
    post->tokens = g_new0(char *, channels + 1);
    post->under_way = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    post->answers = mailbox_create(loop_context(notify->options.loop), AT_ONCE * (channels + 1),
                                   on_answer, post, left_over); /* never full */
    post->pool = g_thread_pool_new_full(run_try, post, try_free, THREADS, FALSE, NULL);
    post->look = true;
    post->source = loop_every(notify->options.loop, LOOK_MS, tick, post);
    return post;
}

void post_destroy(struct post *post)
{
    if (!post)
        return;
    atomic_store(&post->ending, true);
    loop_cancel(post->notify->options.loop, &post->source);
    g_thread_pool_free(post->pool, FALSE, TRUE);
    mailbox_destroy(post->answers);
    store_drain(post->notify->options.store);
    g_hash_table_unref(post->under_way);
    for (guint i = 0; i < post->notify->plan->channels->len; i++)
        g_free(post->tokens[i]);
    g_free(post->tokens);
    g_free(post->flying);
    g_free(post);
}
