#include "intake/cap_folder.h"
#include "common/clock.h"
#include "common/mailbox.h"
#include "intake/cap_shelf.h"
#include "intake/file_roots.h"
#include <string.h>

enum {
    LOOK_MS = 1000,   /* between looks into a folder */
    AGAIN_MS = 10000, /* one that cannot be read */
    RETRY_MS = 2000,  /* Redis is away */
    ANSWERS = 10000,
};

struct cap_folders {
    struct cap_folders_options options;
    GHashTable *by_feed;     /* id → struct folder */
    GThreadPool *threads;    /* one for each folder that is looked into: some hang */
    struct mailbox *answers; /* struct round */
};

struct folder {
    struct cap_folders *owner;
    char *feed;
    struct cap_shelf *shelf; /* NULL: a thread has it */
    guint look;
    struct round *round;   /* on a thread; NULL: none */
    struct flight *flight; /* NULL: none */
};

/* What a thread does for a folder: puts the file away that is through, finds the next one. It
 * outlives the folder. */
struct round {
    struct folder *folder; /* loop; NULL: gone */
    struct cap_shelf *shelf;
    struct mailbox *answers;
    struct cap_file *through; /* NULL: none */
    const char *to;
    char *reason;
    /* --- found */
    struct cap_file *file; /* NULL: none */
    struct cap_trouble trouble;
};

/* One file whose event is on its way; it outlives the folder. */
struct flight {
    struct folder *folder; /* NULL: gone */
    struct cap_file *file;
};

char *cap_settings_fault(const json_t *settings, char *const *file_roots)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)settings, key, value)
    {
        if (strcmp(key, "folder") != 0)
            return g_strdup_printf("%s: there is no such setting; folder is the only one", key);
        if (!json_is_string(value) || !g_path_is_absolute(json_string_value(value)))
            return g_strdup("folder: expected a path that begins with /");
        g_autofree char *real = file_roots_resolve(file_roots, json_string_value(value));
        if (!real)
            return g_strdup("folder: " FILE_ROOTS_EN);
    }
    return NULL;
}

static void note_error(const struct folder *folder, const char *zh, const char *en)
{
    struct feed *feed = feeds_find(folder->owner->options.feeds, folder->feed);
    if (feed)
        feed_note_error(feed, zh, en, clock_wall_us());
}

/* --- on a thread */

static void run(gpointer data, gpointer user)
{
    struct round *round = data;
    (void)user;
    if (round->through)
        cap_shelf_put(round->shelf, round->through, round->to, round->reason, &round->trouble);
    struct cap_trouble trouble = {0};
    round->file = cap_shelf_next(round->shelf, clock_wall_us(), &trouble);
    if (trouble.en) {
        cap_trouble_clear(&round->trouble);
        round->trouble = trouble;
    }
    mailbox_post(round->answers, round);
}

static void round_free(gpointer data)
{
    struct round *round = data;
    cap_shelf_destroy(round->shelf);
    cap_file_free(round->through);
    cap_file_free(round->file);
    cap_trouble_clear(&round->trouble);
    g_free(round->reason);
    g_free(round);
}

/* Takes `through` (NULL: none), which goes into `to` with `reason` (taken, NULL: none). */
static void begin_round(struct folder *folder, struct cap_file *through, const char *to,
                        char *reason)
{
    struct round *round = g_new0(struct round, 1);
    *round = (struct round){.folder = folder,
                            .shelf = g_steal_pointer(&folder->shelf),
                            .answers = folder->owner->answers,
                            .through = through,
                            .to = to,
                            .reason = reason};
    folder->round = round;
    g_thread_pool_push(folder->owner->threads, round, NULL);
}

/* --- one after the other */

static gboolean on_look(gpointer user)
{
    struct folder *folder = user;
    folder->look = 0;
    begin_round(folder, NULL, NULL, NULL);
    return G_SOURCE_REMOVE;
}

static void look_later(struct folder *folder, guint delay_ms)
{
    folder->look = loop_after(folder->owner->options.loop, delay_ms, on_look, folder);
}

/* Takes `file`, which is put into failed/. */
static void refuse(struct folder *folder, struct cap_file *file, const char *zh, const char *en)
{
    struct feed *feed = feeds_find(folder->owner->options.feeds, folder->feed);
    if (feed)
        feed->numbers.refused++;
    note_error(folder, zh, en);
    begin_round(folder, file, "failed", g_strdup_printf("%s\n%s", zh, en));
}

static void on_submitted(enum intake_outcome outcome, const char *why, gpointer user)
{
    struct flight *flight = user;
    struct folder *folder = flight->folder;
    struct cap_file *file = flight->file;
    g_free(flight);
    if (folder)
        folder->flight = NULL;
    if (folder && outcome == INTAKE_ACCEPTED) {
        begin_round(folder, file, "done", NULL);
    } else if (folder && outcome == INTAKE_REFUSED) {
        refuse(folder, file, "消息不合格", why);
    } else {
        cap_file_free(file);
        if (folder)
            look_later(folder, RETRY_MS);
    }
}

static void submit(struct folder *folder, struct cap_file *file)
{
    struct flight *flight = g_new0(struct flight, 1);
    *flight = (struct flight){folder, file};
    folder->flight = flight;
    intake_submit(folder->owner->options.intake, &file->event, 1, on_submitted, flight);
}

static void take_answer(gpointer message, gpointer user)
{
    struct round *round = message;
    struct folder *folder = round->folder;
    (void)user;
    if (!folder) {
        round_free(round);
        return;
    }
    folder->round = NULL;
    folder->shelf = g_steal_pointer(&round->shelf);
    struct cap_file *file = g_steal_pointer(&round->file);
    bool troubled = round->trouble.en != NULL;
    if (troubled)
        note_error(folder, round->trouble.zh, round->trouble.en);
    round_free(round);
    if (!file)
        look_later(folder, troubled ? AGAIN_MS : LOOK_MS);
    else if (file->event)
        submit(folder, file);
    else if (file->zh)
        refuse(folder, file, file->zh, file->why);
    else
        begin_round(folder, file, "done", g_strdup(file->why));
}

/* --- folders */

static void folder_free(gpointer data)
{
    struct folder *folder = data;
    loop_cancel(folder->owner->options.loop, &folder->look);
    if (folder->round)
        folder->round->folder = NULL;
    if (folder->flight)
        folder->flight->folder = NULL;
    cap_shelf_destroy(folder->shelf);
    g_free(folder->feed);
    g_free(folder);
}

static void on_feed(const char *id, struct feed *feed, gpointer user)
{
    struct cap_folders *folders = user;
    g_hash_table_remove(folders->by_feed, id);
    const char *path = feed ? json_string_value(json_object_get(feed->settings, "folder")) : NULL;
    if (!path || feed->kind != FEED_CAP || !feed->enabled)
        return;
    struct folder *folder = g_new0(struct folder, 1);
    *folder = (struct folder){
        .owner = folders,
        .feed = g_strdup(id),
        .shelf = cap_shelf_create(id, path, folders->options.file_roots),
    };
    g_hash_table_insert(folders->by_feed, folder->feed, folder);
    begin_round(folder, NULL, NULL, NULL);
}

struct cap_folders *cap_folders_create(const struct cap_folders_options *options)
{
    struct cap_folders *folders = g_new0(struct cap_folders, 1);
    folders->options = *options;
    folders->by_feed = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, folder_free);
    folders->answers =
        mailbox_create(loop_context(options->loop), ANSWERS, take_answer, folders, round_free);
    folders->threads = g_thread_pool_new(run, NULL, -1, FALSE, NULL);
    g_autoptr(GPtrArray) all = feeds_all(options->feeds);
    for (guint i = 0; i < all->len; i++) {
        struct feed *feed = all->pdata[i];
        on_feed(feed->id, feed, folders);
    }
    feeds_on_change(options->feeds, on_feed, folders);
    return folders;
}

void cap_folders_destroy(struct cap_folders *folders)
{
    if (!folders)
        return;
    feeds_off_change(folders->options.feeds, on_feed, folders);
    g_hash_table_destroy(folders->by_feed);
    g_thread_pool_free(folders->threads, FALSE, TRUE);
    mailbox_destroy(folders->answers);
    g_free(folders);
}
