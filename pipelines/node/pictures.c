#include "node/pictures.h"
#include "common/clock.h"
#include "common/mailbox.h"

enum { MAX_WAITING = 20000, BATCH_MOST = 64, BATCH_BYTES = 240 << 10, BATCH_MS = 100 };
enum { UNDER_WAY_US = 10000000 }; /* a picture is made in less, or given up */

struct pictures {
    struct picture_pool *pool;
    struct fleet *fleet;
    GMainContext *context;
    struct link *link;
    struct mailbox *made; /* of struct made */
    GHashTable *added;    /* handle → struct added, when its camera came */
    GByteArray *batch;    /* entries of docs/websocket.md kind 1 */
    guint16 batch_count;
    GSource *batch_timer;
};

/* What a worker thread hands over: one of three. */
struct made {
    struct thumbnail *thumbnail; /* reference held; of a snapshot when request is set */
    const char *code;            /* static; a snapshot failed */
    guint32 n;
    enum picture_quality quality;
    guint32 request; /* 0: not a snapshot */
    bool judged;
};

struct request {
    struct pictures *pictures;
    guint32 number;
};

static void made_free(gpointer data)
{
    struct made *made = data;
    thumbnail_unref(made->thumbnail);
    g_free(made);
}

/* --- worker threads */

static void on_thumbnail(struct thumbnail *thumbnail, gpointer user)
{
    struct pictures *pictures = user;
    struct made *made = g_new0(struct made, 1);
    made->thumbnail = thumbnail_ref(thumbnail);
    mailbox_post(pictures->made, made);
}

static void on_quality(uint32_t n, enum picture_quality quality, gpointer user)
{
    struct pictures *pictures = user;
    struct made *made = g_new0(struct made, 1);
    made->n = n;
    made->quality = quality;
    made->judged = true;
    mailbox_post(pictures->made, made);
}

static void on_snapshot(struct thumbnail *snapshot, const char *code, gpointer user)
{
    g_autofree struct request *request = user;
    struct made *made = g_new0(struct made, 1);
    made->request = request->number;
    made->code = g_intern_string(code);
    made->thumbnail = snapshot ? thumbnail_ref(snapshot) : NULL;
    mailbox_post(request->pictures->made, made);
}

/* --- the loop */

static void flush(struct pictures *pictures)
{
    if (pictures->batch_timer) {
        g_source_destroy(pictures->batch_timer);
        g_clear_pointer(&pictures->batch_timer, g_source_unref);
    }
    if (!pictures->batch_count)
        return;
    if (pictures->link) {
        uint8_t head[WIRE_THUMBS_LINK_HEAD];
        wire_thumbs_link_head(head, pictures->batch_count);
        g_autoptr(GBytes) body = g_bytes_new(pictures->batch->data, pictures->batch->len);
        link_send(pictures->link, WIRE_THUMBS, 0, head, sizeof head, body);
    }
    g_byte_array_set_size(pictures->batch, 0);
    pictures->batch_count = 0;
}

static gboolean on_batch_timer(gpointer user)
{
    flush(user);
    return G_SOURCE_REMOVE;
}

struct added {
    gint64 wall_us, mono_us;
};

/* Of the camera that has the handle now? One under way may be of the camera that had it before. No
 * picture is under way for long, and the wall clock of its arrival may have been set since. */
static bool is_of_camera(struct pictures *pictures, const struct thumbnail *thumbnail)
{
    const struct added *added =
        g_hash_table_lookup(pictures->added, GUINT_TO_POINTER(thumbnail->n));
    return added && (thumbnail->wall_us >= added->wall_us ||
                     clock_mono_us() - added->mono_us > UNDER_WAY_US);
}

static void add_thumbnail(struct pictures *pictures, const struct thumbnail *thumbnail)
{
    gsize size;
    if (!is_of_camera(pictures, thumbnail))
        return;
    const guint8 *jpeg = g_bytes_get_data(thumbnail->jpeg, &size);
    if (pictures->batch->len + WIRE_THUMB_BYTES + size > BATCH_BYTES)
        flush(pictures);
    uint8_t entry[WIRE_THUMB_BYTES];
    wire_thumb_write(entry, &(struct wire_thumb){.n = thumbnail->n,
                                                 .size_bytes = (uint32_t)size,
                                                 .wall_us = thumbnail->wall_us,
                                                 .width = thumbnail->width_px,
                                                 .height = thumbnail->height_px,
                                                 .flags = thumbnail->flags});
    g_byte_array_append(pictures->batch, entry, sizeof entry);
    g_byte_array_append(pictures->batch, jpeg, (guint)size);
    if (++pictures->batch_count == BATCH_MOST) {
        flush(pictures);
    } else if (!pictures->batch_timer) {
        pictures->batch_timer = g_timeout_source_new(BATCH_MS);
        g_source_set_callback(pictures->batch_timer, on_batch_timer, pictures, NULL);
        g_source_attach(pictures->batch_timer, pictures->context);
    }
}

static void send_snapshot(struct pictures *pictures, const struct made *made)
{
    if (!pictures->link)
        return;
    if (!made->thumbnail) {
        link_send_control(pictures->link, json_pack("{s:s, s:I, s:s}", "t", "snapshot_failed",
                                                    "req", (json_int_t)made->request, "code",
                                                    made->code ? made->code : "no_data"));
        return;
    }
    uint8_t prefix[WIRE_SNAPSHOT_PREFIX_BYTES];
    wire_snapshot_write(prefix, made->thumbnail->wall_us, made->thumbnail->width_px,
                        made->thumbnail->height_px);
    link_send(pictures->link, WIRE_SNAPSHOT, made->request, prefix, sizeof prefix,
              made->thumbnail->jpeg);
}

static void judge(struct pictures *pictures, const struct made *made)
{
    static const enum reason reasons[] = {
        [PICTURE_GOOD] = REASON_NONE,
        [PICTURE_FROZEN] = REASON_FROZEN,
        [PICTURE_BLACK] = REASON_BLACK,
        [PICTURE_CANNOT_DECODE] = REASON_CANNOT_DECODE,
        [PICTURE_DECODER_CRASHED] = REASON_DECODER_CRASHED,
    };
    struct camera *camera = fleet_find(pictures->fleet, made->n);
    if (camera)
        camera_judge(camera, reasons[made->quality]);
}

static void deliver(gpointer message, gpointer user)
{
    struct pictures *pictures = user;
    struct made *made = message;
    if (made->judged)
        judge(pictures, made);
    else if (made->request)
        send_snapshot(pictures, made);
    else
        add_thumbnail(pictures, made->thumbnail);
    made_free(made);
}

/* --- life */

struct pictures *pictures_create(const struct settings *settings, GMainContext *context,
                                 struct fleet *fleet)
{
    static const struct picture_pool_ops ops = {on_thumbnail, on_quality};
    struct pictures *pictures = g_new0(struct pictures, 1);
    pictures->fleet = fleet;
    pictures->context = context;
    pictures->batch = g_byte_array_new();
    pictures->added = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    pictures->made = mailbox_create(context, MAX_WAITING, deliver, pictures, made_free);
    struct picture_pool_options options = picture_pool_defaults;
    options.cores = settings->picture_cores;
    options.workers = settings->picture_threads;
    options.width_px = settings->thumbnail_width_px;
    options.height_px = settings->thumbnail_height_px;
    options.jpeg_quality = settings->jpeg_quality;
    options.idle_us = settings->idle_refresh_us;
    options.quality.frozen_us = settings->frozen_us;
    options.quality.black_us = settings->black_us;
    options.program = settings->picture_program;
    options.memory_mb = settings->picture_memory_mb;
    options.deadline_us = settings->picture_deadline_us;
    pictures->pool = picture_pool_create(&options, &ops, pictures);
    return pictures;
}

void pictures_destroy(struct pictures *pictures)
{
    if (!pictures)
        return;
    picture_pool_destroy(pictures->pool);
    pictures->link = NULL;
    flush(pictures);
    mailbox_destroy(pictures->made);
    g_byte_array_unref(pictures->batch);
    g_hash_table_unref(pictures->added);
    g_free(pictures);
}

void pictures_set_link(struct pictures *pictures, struct link *link)
{
    if (pictures->link != link) { /* handles of the old one's set */
        g_byte_array_set_size(pictures->batch, 0);
        pictures->batch_count = 0;
    }
    pictures->link = link;
}

void pictures_camera_added(struct pictures *pictures, struct camera *camera)
{
    const struct added added = {clock_wall_us(), clock_mono_us()};
    g_hash_table_insert(pictures->added, GUINT_TO_POINTER(camera_n(camera)),
                        g_memdup2(&added, sizeof added));
    picture_pool_add(pictures->pool, camera_n(camera), camera_stream(camera, CAMERA_SUB));
}

void pictures_camera_removed(struct pictures *pictures, struct camera *camera)
{
    picture_pool_remove(pictures->pool, camera_n(camera));
    g_hash_table_remove(pictures->added, GUINT_TO_POINTER(camera_n(camera)));
}

static GArray *handles(const json_t *array)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    size_t i;
    json_t *value;
    json_array_foreach(array, i, value)
    {
        uint32_t n = (uint32_t)json_integer_value(value);
        g_array_append_val(list, n);
    }
    return list;
}

void pictures_watch(struct pictures *pictures, const json_t *message)
{
    g_autoptr(GArray) visible = handles(json_object_get(message, "visible"));
    g_autoptr(GArray) alert = handles(json_object_get(message, "alert"));
    picture_pool_watch(pictures->pool, json_is_true(json_object_get(message, "all")),
                       (const uint32_t *)(const void *)visible->data, visible->len,
                       (const uint32_t *)(const void *)alert->data, alert->len);
}

void pictures_snapshot(struct pictures *pictures, const json_t *message)
{
    guint32 number = (guint32)json_integer_value(json_object_get(message, "req"));
    guint32 n = (guint32)json_integer_value(json_object_get(message, "n"));
    int width_px = (int)json_integer_value(json_object_get(message, "width"));
    struct camera *camera = fleet_find(pictures->fleet, n);
    struct request *request = g_new0(struct request, 1);
    request->pictures = pictures;
    request->number = number;
    if (number && camera &&
        picture_pool_snapshot(pictures->pool, n, camera_stream(camera, CAMERA_SUB), width_px,
                              on_snapshot, request))
        return;
    g_free(request);
    send_snapshot(pictures,
                  &(struct made){.request = number, .code = camera ? "limit" : "no_data"});
}

void pictures_stats(struct pictures *pictures, struct picture_pool_stats *stats)
{
    picture_pool_stats(pictures->pool, clock_wall_us(), stats);
}
