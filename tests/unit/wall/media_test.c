/* The media nodes as townwalld sees them: real links on a Unix socket, nodes played by the test. */
#include "common/link.h"
#include "identity/identity.h"
#include "wall/media.h"
#include <glib/gstdio.h>
#include <string.h>

#define CAMERAS 16

struct fixture {
    char *folder, *path, *address;
    struct loop *loop;
    struct store *store;
    struct camera_set *set;
    struct media *media;
    guint answers, waiting, ended, units, states;
    const char *code; /* of the last answer */
};

/* One node: what it was told. */
struct node {
    struct link *link;
    GString *said;       /* "+7" subscribed, "-7" unsubscribed */
    guint sets, cameras; /* whole ones that came; in the newest */
    gint64 generation;
    guint32 last_sub, last_request;
    bool has[CAMERAS + 1];
    bool closed;
};

static void turn(const bool *done)
{
    gint64 limit_us = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    while (!*done) {
        g_assert_cmpint(g_get_monotonic_time(), <, limit_us);
        g_main_context_iteration(NULL, TRUE);
    }
}

#define TURN_UNTIL(condition)                                                                      \
    do {                                                                                           \
        gint64 limit_us = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;                            \
        while (!(condition)) {                                                                     \
            g_assert_cmpint(g_get_monotonic_time(), <, limit_us);                                  \
            g_main_context_iteration(NULL, TRUE);                                                  \
        }                                                                                          \
    } while (0)

/* --- townwalld's side */

static void on_states(const json_t *list, gpointer user)
{
    struct fixture *f = user;
    f->states += (guint)json_array_size(list);
}

static void on_thumbs(GBytes *payload, gpointer user)
{
    (void)payload;
    (void)user;
}

static void on_unit(guint32 sub, GBytes *message, gpointer user)
{
    (void)sub;
    (void)message;
    struct fixture *f = user;
    f->units++;
}

static void on_stream(guint32 sub, const json_t *info, gpointer user)
{
    (void)sub;
    (void)info;
    (void)user;
}

static void on_waiting(guint32 sub, const char *code, const char *detail, gpointer user)
{
    (void)sub;
    (void)code;
    (void)detail;
    struct fixture *f = user;
    f->waiting++;
}

static void on_ended(guint32 sub, const char *code, const char *detail, gpointer user)
{
    (void)sub;
    (void)code;
    (void)detail;
    struct fixture *f = user;
    f->ended++;
}

static void on_lost(const char *node, gpointer user)
{
    (void)node;
    (void)user;
}

static void on_snapshot(GBytes *jpeg, gint64 wall_us, const char *code, gpointer user)
{
    (void)wall_us;
    struct fixture *f = user;
    g_assert_null(jpeg);
    f->answers++;
    f->code = g_intern_string(code);
}

static void set_changed(const GArray *handles, gpointer user)
{
    (void)handles;
    (void)user;
}

static void put_done(const struct camera_change *change, const GError *error, gpointer user)
{
    (void)change;
    g_assert_no_error((GError *)error);
    *(bool *)user = true;
}

static void add_cameras(struct fixture *f)
{
    for (int i = 1; i <= CAMERAS; i++) {
        struct camera_fields fields;
        camera_fields_init(&fields);
        fields.id = g_strdup_printf("c%02d", i);
        fields.name = g_strdup(fields.id);
        fields.url = g_strdup("rtsp://127.0.0.1/x");
        bool done = false;
        camera_set_put(f->set, &fields, 0, identity_actor_new(NULL), put_done, &done);
        camera_fields_clear(&fields);
        turn(&done);
    }
}

static void set_up(struct fixture *f)
{
    static const struct media_ops ops = {on_states,  on_thumbs, on_unit, on_stream,
                                         on_waiting, on_ended,  on_lost};
    GError *error = NULL;
    *f = (struct fixture){.folder = g_dir_make_tmp("tw-media-XXXXXX", NULL)};
    f->path = g_build_filename(f->folder, "townwall.db", NULL);
    f->address = g_strdup_printf("unix:%s/media.sock", f->folder);
    f->loop = loop_create(NULL);
    const struct store_options options = {.path = f->path};
    f->store = store_open(&options, &error);
    g_assert_no_error(error);
    f->set = camera_set_create(f->store, set_changed, f, &error);
    g_assert_no_error(error);
    add_cameras(f);
    f->media = media_create(f->loop, f->address, NULL, f->set, &ops, f, &error);
    g_assert_no_error(error);
}

static void tear_down(struct fixture *f)
{
    media_destroy(f->media);
    camera_set_destroy(f->set);
    store_close(f->store);
    loop_destroy(f->loop);
    GDir *dir = g_dir_open(f->folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(f->folder, name, NULL);
        g_unlink(path);
    }
    g_dir_close(dir);
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->path);
    g_free(f->address);
}

/* --- a node's side */

static void take_cameras(struct node *node, json_t *message)
{
    size_t i;
    json_t *camera;
    if (json_integer_value(json_object_get(message, "part")) == 0) {
        memset(node->has, 0, sizeof node->has);
        node->cameras = 0;
    }
    json_array_foreach(json_object_get(message, "list"), i, camera)
    {
        node->has[json_integer_value(json_object_get(camera, "n"))] = true;
        node->cameras++;
    }
    node->generation = json_integer_value(json_object_get(message, "gen"));
    node->sets += json_is_true(json_object_get(message, "last"));
}

static void node_control(struct link *link, json_t *message, gpointer user)
{
    (void)link;
    struct node *node = user;
    const char *type = json_string_value(json_object_get(message, "t"));
    int n = (int)json_integer_value(json_object_get(message, "n"));
    guint32 sub = (guint32)json_integer_value(json_object_get(message, "sub"));
    if (strcmp(type, "cameras") == 0)
        take_cameras(node, message);
    else if (strcmp(type, "subscribe") == 0)
        g_string_append_printf(node->said, "+%d ", n);
    else if (strcmp(type, "unsubscribe") == 0)
        g_string_append_printf(node->said, "-%u ", sub);
    else if (strcmp(type, "snapshot") == 0)
        node->last_request = (guint32)json_integer_value(json_object_get(message, "req"));
    if (strcmp(type, "subscribe") == 0)
        node->last_sub = sub;
}

static void node_data(struct link *link, enum wire_kind kind, uint32_t channel, GBytes *data,
                      gpointer user)
{
    (void)link;
    (void)kind;
    (void)channel;
    (void)data;
    (void)user;
}

static void node_closed(struct link *link, const char *reason, gpointer user)
{
    (void)link;
    (void)reason;
    ((struct node *)user)->closed = true;
}

static void node_connected(GIOStream *stream, const GError *error, gpointer user)
{
    static const struct link_ops ops = {node_control, node_data, NULL, node_closed};
    struct node *node = user;
    g_assert_no_error((GError *)error);
    node->link = link_create(stream, NULL, &ops, node);
}

static struct node *node_open(struct fixture *f, const char *id)
{
    struct node *node = g_new0(struct node, 1);
    node->said = g_string_new(NULL);
    link_connect(f->address, NULL, NULL, node_connected, node);
    TURN_UNTIL(node->link);
    link_send_control(node->link, json_pack("{s:s,s:i,s:s}", "t", "hello", "proto", 1, "node", id));
    return node;
}

static void node_apply(struct node *node)
{
    TURN_UNTIL(node->sets);
    link_send_control(node->link, json_pack("{s:s,s:I,s:i}", "t", "cameras_applied", "gen",
                                            (json_int_t)node->generation, "count", 0));
}

static void node_free(struct node *node)
{
    link_destroy(node->link);
    g_string_free(node->said, TRUE);
    g_free(node);
}

/* All that was sent so far has been taken: a request answered later than it. */
static void settle(struct fixture *f, struct node *node)
{
    guint had = f->states;
    link_send_control(node->link, json_pack("{s:s,s:[]}", "t", "nothing", "list"));
    link_send_control(node->link, json_pack("{s:s,s:[{s:i},{s:i},{s:i},{s:i}]}", "t", "states",
                                            "list", "n", 1, "n", 2, "n", 3, "n", 4));
    TURN_UNTIL(f->states > had || node->closed);
}

/* --- tests */

static void test_second_node_takes_over(void)
{
    struct fixture f;
    set_up(&f);
    struct node *a = node_open(&f, "media-a");
    node_apply(a);
    g_assert_cmpuint(a->cameras, ==, CAMERAS);
    guint32 subs[CAMERAS + 1];
    for (guint32 n = 1; n <= CAMERAS; n++) {
        const struct media_key key = {n, "sub", "annexb", "plain", "live"};
        subs[n] = media_subscribe(f.media, &key);
    }
    TURN_UNTIL(a->last_sub == subs[CAMERAS]);
    struct node *b = node_open(&f, "media-b");
    node_apply(b);
    TURN_UNTIL(a->sets == 2);
    g_assert_cmpuint(a->cameras + b->cameras, ==, CAMERAS);
    g_assert_cmpuint(b->cameras, >, 0);
    g_assert_cmpuint(a->cameras, >, 0);
    for (guint32 n = 1; n <= CAMERAS; n++) {
        g_autofree char *left = g_strdup_printf("-%u ", subs[n]);
        g_autofree char *joined = g_strdup_printf("+%u ", n);
        g_assert_true(a->has[n] != b->has[n]);
        TURN_UNTIL(!b->has[n] || strstr(b->said->str, joined));
        g_assert_cmpint(!strstr(a->said->str, left), ==, !b->has[n]);
        /* what the old node still says of it counts no more; what the new one says does */
        link_send_control(a->link, json_pack("{s:s,s:i,s:s}", "t", "waiting", "sub", (int)subs[n],
                                             "code", "unreachable"));
        link_send_control(a->link, json_pack("{s:s,s:i,s:s}", "t", "ended", "sub", (int)subs[n],
                                             "code", "stopped"));
    }
    settle(&f, a);
    g_assert_cmpuint(f.ended, ==, a->cameras);
    g_assert_cmpuint(f.waiting, ==, a->cameras);
    node_free(a);
    node_free(b);
    tear_down(&f);
}

static void test_lost_node_fails_requests(void)
{
    struct fixture f;
    set_up(&f);
    struct node *a = node_open(&f, "media-a");
    node_apply(a);
    media_snapshot(f.media, 3, 0, on_snapshot, &f);
    TURN_UNTIL(a->last_request);
    gint64 begun_us = g_get_monotonic_time();
    g_clear_pointer(&a->link, link_destroy);
    TURN_UNTIL(f.answers);
    g_assert_cmpint(g_get_monotonic_time() - begun_us, <, 5 * G_USEC_PER_SEC);
    g_assert_cmpstr(f.code, ==, "media_away");
    /* the same node again: subscriptions made meanwhile begin */
    const struct media_key key = {5, "sub", "annexb", "plain", "live"};
    guint32 sub = media_subscribe(f.media, &key);
    struct node *again = node_open(&f, "media-a");
    TURN_UNTIL(again->last_sub == sub);
    media_snapshot(f.media, 3, 0, on_snapshot, &f);
    node_free(a);
    node_free(again);
    tear_down(&f);
    g_assert_cmpuint(f.answers, ==, 2); /* also at the end: nobody waits for ever */
}

static void test_one_id_twice(void)
{
    struct fixture f;
    set_up(&f);
    struct node *a = node_open(&f, "media-a");
    node_apply(a);
    struct node *copy = node_open(&f, "media-a");
    TURN_UNTIL(copy->closed);
    g_assert_cmpuint(copy->sets, ==, 0);
    g_assert_false(a->closed);
    settle(&f, a);
    g_assert_cmpuint(f.states, >, 0);
    node_free(copy);
    node_free(a);
    tear_down(&f);
}

/* Handles of the server's last start may mean other cameras. */
static void test_old_handles(void)
{
    struct fixture f;
    set_up(&f);
    struct node *a = node_open(&f, "media-a");
    TURN_UNTIL(a->sets);
    link_send_control(
        a->link, json_pack("{s:s,s:[{s:i,s:s}]}", "t", "states", "list", "n", 1, "state", "live"));
    node_apply(a);
    settle(&f, a);
    g_assert_cmpuint(f.states, ==, 4); /* those of settle() */
    node_free(a);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media/second-node-takes-over", test_second_node_takes_over);
    g_test_add_func("/media/lost-node-fails-requests", test_lost_node_fails_requests);
    g_test_add_func("/media/one-id-twice", test_one_id_twice);
    g_test_add_func("/media/old-handles", test_old_handles);
    return g_test_run();
}
