#include "app/backups.h"
#include "common/log.h"
#include "store/store.h"
#include <string.h>

/* The answer is on its way before the programs go down. */
#define QUIT_MS 300

struct backups {
    /* --- immutable after backups_create() */
    struct loop *loop;
    char *store, *data_dir, *program;
    backups_told_fn told;
    gpointer user;
    /* --- loop thread only */
    struct run *running; /* one at a time */
    char *restore;
    guint quit_source;
};

/* One command. Its thread has it until it hands it back to the loop. */
struct run {
    struct backups *backups;
    struct control_call *call;
    GThread *thread;
    GSource *done; /* made by the thread at its end */
    char *file;
    bool restores, keys;
    json_t *answer;
    GError *error;
};

static void run_free(struct run *run)
{
    g_free(run->file);
    json_decref(run->answer);
    g_clear_error(&run->error);
    g_free(run);
}

static gboolean quit(gpointer user)
{
    struct backups *backups = user;
    backups->quit_source = 0;
    loop_quit(backups->loop);
    return G_SOURCE_REMOVE;
}

static const char *code_of(const GError *error)
{
    return error->code == STORE_ERROR_FULL ? "disk_full" : "failed";
}

static void tell(struct backups *backups, struct run *run)
{
    if (!run->answer) {
        log_warn("store", "%s %s: %s", run->restores ? "restore" : "backup", run->file,
                 run->error->message);
        control_reply_error(run->call, code_of(run->error), run->error->message);
        return;
    }
    backups->told(run->restores ? "store.restore" : "store.backup", run->answer, backups->user);
    if (run->restores) {
        backups->restore = g_strdup(run->file);
        backups->quit_source = loop_after(backups->loop, QUIT_MS, quit, backups);
    }
    control_reply(run->call, json_incref(run->answer));
}

/* Waits for the thread, answers, frees. */
static void finish(struct run *run)
{
    g_thread_join(run->thread);
    g_source_destroy(run->done);
    g_source_unref(run->done);
    tell(run->backups, run);
    run_free(run);
}

static gboolean on_done(gpointer user)
{
    struct run *run = user;
    struct backups *backups = run->backups;
    backups->running = NULL;
    finish(run);
    return G_SOURCE_REMOVE;
}

static gpointer work(gpointer user)
{
    struct run *run = user;
    const struct backups *backups = run->backups;
    const struct backup_options options = {.store = backups->store,
                                           .data_dir = backups->data_dir,
                                           .program = backups->program,
                                           .keys = run->keys};
    run->answer = run->restores ? restore_check(run->file, &run->error)
                                : backup_write(&options, run->file, &run->error);
    run->done = g_idle_source_new();
    g_source_set_callback(run->done, on_done, run, NULL);
    g_source_attach(run->done, loop_context(backups->loop));
    return NULL;
}

/* A folder gets a file named by the time. */
static char *file_in(const char *place)
{
    if (!g_file_test(place, G_FILE_TEST_IS_DIR))
        return g_strdup(place);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *name = g_date_time_format(now, "townwall-%Y%m%d-%H%M%S.tar.gz");
    return g_build_filename(place, name, NULL);
}

static void begin(struct backups *backups, struct control_call *call, const json_t *args,
                  bool restores)
{
    const char *place = json_string_value(json_object_get(args, "file"));
    if (!place || !g_path_is_absolute(place)) {
        control_reply_error(call, "usage", "expected an absolute path");
        return;
    }
    if (backups->running || backups->restore) {
        control_reply_error(call, "busy", "a backup or restore is under way");
        return;
    }
    struct run *run = g_new0(struct run, 1);
    run->backups = backups;
    run->call = call;
    run->restores = restores;
    run->keys = !json_is_false(json_object_get(args, "keys"));
    run->file = restores ? g_strdup(place) : file_in(place);
    backups->running = run;
    run->thread = g_thread_new("backup", work, run);
}

static void on_backup(struct control_call *call, const json_t *args, gpointer user)
{
    begin(user, call, args, false);
}

static void on_restore(struct control_call *call, const json_t *args, gpointer user)
{
    begin(user, call, args, true);
}

struct backups *backups_create(struct loop *loop, struct control *control,
                               const struct backup_options *options, backups_told_fn told,
                               gpointer user)
{
    struct backups *backups = g_new0(struct backups, 1);
    backups->loop = loop;
    backups->store = g_strdup(options->store);
    backups->data_dir = g_strdup(options->data_dir);
    backups->program = g_strdup(options->program);
    backups->told = told;
    backups->user = user;
    control_register(control, "backup", on_backup, backups);
    control_register(control, "restore", on_restore, backups);
    return backups;
}

void backups_destroy(struct backups *backups)
{
    if (!backups)
        return;
    if (backups->running)
        finish(backups->running);
    loop_cancel(backups->loop, &backups->quit_source);
    g_free(backups->restore);
    g_free(backups->store);
    g_free(backups->data_dir);
    g_free(backups->program);
    g_free(backups);
}

const char *backups_restore(const struct backups *backups)
{
    return backups->restore;
}
