#include "common/failpoint.h"
#include "common/log.h"
#include "files/attachments_private.h"
#include <sodium.h>
#include <string.h>

#define THREADS       2
#define MOST_WORK     4096
#define TAKING_BYTES  ((guint64)192 * 1024 * 1024) /* uploads that wait or are treated */
#define READING_BYTES ((gsize)256 * 1024 * 1024)   /* opened and not yet sent */
#define THUMB_BYTES   ((gsize)256 * 1024)          /* more than a small picture ever has */
#define SPARE_BYTES   ((guint64)64 * 1024 * 1024)  /* of the disk, for the record of truth */
#define DEADLINE_US   ((gint64)60 * G_USEC_PER_SEC)
#define SWEEP_MS      (10 * 60 * 1000)

static const struct file_refusal full = {
    "disk_full", "服务器磁盘已满，文件没有保存；请联系管理员",
    "The server's disk is full: the file was not saved. Tell the administrator"};
static const struct file_refusal failed = {"store", "文件没有保存成功，请重试",
                                           "The file could not be saved, please try again"};

static void work_run(gpointer data, gpointer user)
{
    struct attachments *attachments = user;
    struct attachments_work *work = data;
    work->run(work);
    g_async_queue_push(attachments->finished, work);
    mailbox_post(attachments->wake, g_new0(char, 1));
}

static void tell(struct attachments *attachments, struct attachments_work *work)
{
    attachments->pending--;
    work->done(work);
}

static void woken(gpointer message, gpointer user)
{
    struct attachments *attachments = user;
    struct attachments_work *work = g_async_queue_try_pop(attachments->finished);
    g_free(message);
    if (work)
        tell(attachments, work);
}

void attachments_push(struct attachments_work *work)
{
    work->attachments->pending++;
    g_thread_pool_push(work->attachments->pool, work, NULL);
}

void attachments_drain(struct attachments *attachments)
{
    while (attachments && attachments->pending)
        tell(attachments, g_async_queue_pop(attachments->finished));
}

/* --- taking */

struct keeping {
    struct attachments_work work;
    GBytes *body;
    char *name;
    struct attachment_new *file;
    struct attachment_fault fault;
    attachment_kept_fn fn;
    gpointer user;
};

void attachment_new_free(struct attachment_new *file)
{
    if (!file)
        return;
    sodium_memzero(file->key, sizeof file->key);
    g_free(file->id);
    g_free(file->name);
    g_free(file);
}

static void refuse(struct keeping *keeping, guint status, const struct file_refusal *why)
{
    keeping->fault = (struct attachment_fault){status, *why};
}

static void sum(char out[65], GBytes *bytes)
{
    g_autofree char *text = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    g_strlcpy(out, text, 65);
}

static char *thumb_name(const char *id)
{
    return g_strconcat(id, ".small", NULL);
}

static bool put_all(const struct shelf *shelf, const struct attachment_new *file,
                    const struct cleaned *cleaned, GError **error)
{
    g_autofree char *thumb = thumb_name(file->id);
    if (!shelf_put(shelf, file->id, file->key, cleaned->content, error))
        return false;
    failpoint("files.content");
    if (!cleaned->thumb || shelf_put(shelf, thumb, file->key, cleaned->thumb, error))
        return true;
    shelf_remove(shelf, file->id);
    return false;
}

/* Seals what was cleaned. */
static void put(struct keeping *keeping, const struct cleaned *cleaned, const char *name)
{
    GError *error = NULL;
    struct attachment_new *file = g_new0(struct attachment_new, 1);
    file->id = store_id_new();
    file->name = file_name_clean(name, cleaned->kind);
    file->kind = cleaned->kind;
    file->bytes = (gint64)g_bytes_get_size(cleaned->content);
    file->width_px = cleaned->width_px;
    file->height_px = cleaned->height_px;
    file->thumb = cleaned->thumb != NULL;
    sum(file->sha256, cleaned->content);
    sum(file->given_sha256, keeping->body);
    randombytes_buf(file->key, sizeof file->key);
    if (put_all(keeping->work.attachments->shelf, file, cleaned, &error)) {
        keeping->file = file;
        return;
    }
    bool no_room = g_error_matches(error, SHELF_ERROR, SHELF_ERROR_FULL);
    log_warn("files", "an upload was not saved: %s", error->message);
    refuse(keeping, no_room ? 507 : 503, no_room ? &full : &failed);
    g_error_free(error);
    attachment_new_free(file);
}

static guint status_of(const struct file_refusal *why)
{
    return strcmp(why->code, "busy") == 0 ? 503 : strcmp(why->code, "too_large") == 0 ? 413 : 422;
}

static void keep_run(struct attachments_work *work)
{
    struct keeping *keeping = (struct keeping *)work;
    struct attachments *attachments = work->attachments;
    struct cleaned cleaned;
    struct file_refusal why;
    gsize size;
    const guint8 *data = g_bytes_get_data(keeping->body, &size);
    if (shelf_room(attachments->shelf) < size + SPARE_BYTES) {
        refuse(keeping, 507, &full);
    } else if (!cleaner_run(&attachments->cleaning, data, size, &cleaned, &why)) {
        refuse(keeping, status_of(&why), &why);
    } else {
        put(keeping, &cleaned, keeping->name);
        cleaned_clear(&cleaned);
    }
    if (keeping->file)
        failpoint("files.kept");
}

static void keep_done(struct attachments_work *work)
{
    struct keeping *keeping = (struct keeping *)work;
    keeping->fn(keeping->file, keeping->file ? NULL : &keeping->fault, keeping->user);
    g_bytes_unref(keeping->body);
    g_free(keeping->name);
    g_free(keeping);
}

bool attachments_admit(struct attachments *attachments, gsize bytes)
{
    if (attachments->taking_bytes + bytes > TAKING_BYTES)
        return false;
    attachments->taking_bytes += bytes;
    return true;
}

void attachments_leave(struct attachments *attachments, gsize bytes)
{
    attachments->taking_bytes -= bytes;
}

void attachments_keep(struct attachments *attachments, GBytes *body, const char *name,
                      attachment_kept_fn fn, gpointer user)
{
    struct keeping *keeping = g_new0(struct keeping, 1);
    keeping->work = (struct attachments_work){attachments, keep_run, keep_done};
    keeping->body = g_bytes_ref(body);
    keeping->name = g_strdup(name);
    keeping->fn = fn;
    keeping->user = user;
    attachments_push(&keeping->work);
}

/* --- dropping */

struct dropping {
    struct attachments_work work;
    char *id;
};

static void drop_run(struct attachments_work *work)
{
    struct dropping *dropping = (struct dropping *)work;
    g_autofree char *thumb = thumb_name(dropping->id);
    shelf_remove(work->attachments->shelf, dropping->id);
    shelf_remove(work->attachments->shelf, thumb);
}

static void drop_done(struct attachments_work *work)
{
    struct dropping *dropping = (struct dropping *)work;
    g_free(dropping->id);
    g_free(dropping);
}

void attachments_drop(struct attachments *attachments, const char *id)
{
    struct dropping *dropping = g_new0(struct dropping, 1);
    dropping->work = (struct attachments_work){attachments, drop_run, drop_done};
    dropping->id = g_strdup(id);
    attachments_push(&dropping->work);
}

/* --- reading */

struct reading {
    struct attachments_work work;
    char *name;
    guint8 key[SHELF_KEY_BYTES];
    gsize bytes;
    GBytes *content;
    GError *error;
    attachment_read_fn fn;
    gpointer user;
};
/* Content that is counted until nobody has it any more: connections may have it for longer than
 * there are attachments. */
struct counted {
    gsize *reading_bytes; /* a reference (g_atomic_rc_box) */
    GBytes *content;
    gsize bytes;
};

static void uncount(gpointer data)
{
    struct counted *counted = data;
    __atomic_fetch_sub(counted->reading_bytes, counted->bytes, __ATOMIC_RELAXED);
    g_atomic_rc_box_release(counted->reading_bytes);
    g_bytes_unref(counted->content);
    g_free(counted);
}

static void read_run(struct attachments_work *work)
{
    struct reading *reading = (struct reading *)work;
    reading->content =
        shelf_get(work->attachments->shelf, reading->name, reading->key, &reading->error);
    sodium_memzero(reading->key, sizeof reading->key);
}

static void read_done(struct attachments_work *work)
{
    struct reading *reading = (struct reading *)work;
    gsize *reading_bytes = work->attachments->reading_bytes;
    g_autoptr(GBytes) content = NULL;
    if (reading->content) {
        struct counted *counted = g_new0(struct counted, 1);
        *counted = (struct counted){g_atomic_rc_box_acquire(reading_bytes), reading->content,
                                    reading->bytes};
        gsize size;
        const void *data = g_bytes_get_data(reading->content, &size);
        content = g_bytes_new_with_free_func(data, size, uncount, counted);
    } else {
        __atomic_fetch_sub(reading_bytes, reading->bytes, __ATOMIC_RELAXED);
    }
    reading->fn(content, reading->error, reading->user);
    g_clear_error(&reading->error);
    g_free(reading->name);
    g_free(reading);
}

bool attachments_read(struct attachments *attachments, const char *id, bool thumb,
                      const guint8 key[SHELF_KEY_BYTES], gint64 bytes, attachment_read_fn fn,
                      gpointer user)
{
    gsize size = thumb ? THUMB_BYTES : (gsize)MAX(bytes, 0);
    if (__atomic_load_n(attachments->reading_bytes, __ATOMIC_RELAXED) + size > READING_BYTES)
        return false;
    __atomic_fetch_add(attachments->reading_bytes, size, __ATOMIC_RELAXED);
    struct reading *reading = g_new0(struct reading, 1);
    reading->work = (struct attachments_work){attachments, read_run, read_done};
    reading->name = thumb ? thumb_name(id) : g_strdup(id);
    memcpy(reading->key, key, sizeof reading->key);
    reading->bytes = size;
    reading->fn = fn;
    reading->user = user;
    attachments_push(&reading->work);
    return true;
}

/* --- life */

/* townwall-file lies where this program lies, in the build as when installed. */
static char *own_program(void)
{
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(own ? own : "/usr/bin/townwalld");
    return g_build_filename(folder, "townwall-file", NULL);
}

static gboolean sweep(gpointer user)
{
    attachments_sweep_erased(user);
    return G_SOURCE_CONTINUE;
}

struct attachments *attachments_create(const struct attachments_options *options, GError **error)
{
    struct attachments *attachments = g_new0(struct attachments, 1);
    attachments->reading_bytes = g_atomic_rc_box_new0(gsize);
    attachments->loop = options->loop;
    attachments->store = options->store;
    attachments->dir = g_strdup(options->dir);
    attachments->program = options->program ? g_strdup(options->program) : own_program();
    attachments->cleaning = (struct cleaner_options){.program = attachments->program,
                                                     .megapixels = options->megapixels,
                                                     .deadline_us = DEADLINE_US};
    memcpy(attachments->cleaning.most_bytes, options->most_bytes, sizeof options->most_bytes);
    attachments->shelf = shelf_open(options->dir, error);
    if (!attachments->shelf || !attachments_sweep_start(attachments, error)) {
        attachments_destroy(attachments);
        return NULL;
    }
    attachments->finished = g_async_queue_new();
    attachments->wake =
        mailbox_create(loop_context(options->loop), MOST_WORK, woken, attachments, g_free);
    attachments->pool = g_thread_pool_new(work_run, attachments, THREADS, FALSE, NULL);
    attachments->sweep_source = loop_every(options->loop, SWEEP_MS, sweep, attachments);
    return attachments;
}

void attachments_destroy(struct attachments *attachments)
{
    if (!attachments)
        return;
    loop_cancel(attachments->loop, &attachments->sweep_source);
    if (attachments->pool) {
        attachments_drain(attachments);
        store_drain(attachments->store);
        attachments_drain(attachments); /* a sweep has two parts */
        store_drain(attachments->store);
        g_thread_pool_free(attachments->pool, FALSE, TRUE);
        mailbox_destroy(attachments->wake);
        g_async_queue_unref(attachments->finished);
    }
    shelf_close(attachments->shelf);
    g_atomic_rc_box_release(attachments->reading_bytes);
    g_free(attachments->dir);
    g_free(attachments->program);
    g_free(attachments);
}

guint64 attachments_body_bytes(const struct attachments *attachments)
{
    guint64 most = 0;
    for (int i = 0; i < CLASS_COUNT; i++)
        most = MAX(most, attachments->cleaning.most_bytes[i]);
    return most;
}
