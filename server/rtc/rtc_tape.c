#include "rtc/rtc_tape.h"
#include "common/log.h"
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define WHOSE "whose.json" /* of a folder: {"meeting","room"} */
#define SEATS "seats"      /* a line for each feed: FEED SEAT */

struct tape {
    struct rtc *rtc;
    char *folder;
    GSubprocess *process;
};

char *rtc_tape_name(const char *meeting, gint64 now_us, guint64 random)
{
    g_autofree char *safe = g_strdup(meeting);
    g_strcanon(safe, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-", '_');
    return g_strdup_printf("%s-%" G_GINT64_FORMAT "-%08x", safe, now_us, (guint)random);
}

bool rtc_tape_begin(const char *folder, const char *meeting, const char *room)
{
    g_autofree char *path = g_build_filename(folder, WHOSE, NULL);
    json_t *whose = json_pack("{s:s,s:s}", "meeting", meeting, "room", room);
    bool done =
        g_mkdir_with_parents(folder, 0700) == 0 && json_dump_file(whose, path, JSON_COMPACT) == 0;
    json_decref(whose);
    return done;
}

void rtc_tape_note(const char *folder, guint64 feed, const char *seat)
{
    g_autofree char *path = g_build_filename(folder, SEATS, NULL);
    FILE *file = fopen(path, "ae");
    if (!file)
        return;
    fprintf(file, "%" G_GUINT64_FORMAT " %s\n", feed, seat);
    fclose(file);
}

static void tape_free(struct tape *tape)
{
    g_clear_object(&tape->process);
    g_free(tape->folder);
    g_free(tape);
}

static void take(struct tape *tape, const char *said)
{
    struct rtc *rtc = tape->rtc;
    json_t *about = json_loads(said, 0, NULL);
    const char *name = json_string_value(json_object_get(about, "file"));
    g_autofree char *path = g_build_filename(tape->folder, name ? name : "none", NULL);
    if (name && rtc->ops->recorded)
        rtc->ops->recorded(path, about, rtc->user);
    else if (about && !name)
        rtc_taken(path); /* nothing was in it */
    json_decref(about);
}

static void on_made(GObject *source, GAsyncResult *result, gpointer user)
{
    struct tape *tape = user;
    g_autofree char *said = NULL;
    g_autoptr(GError) error = NULL;
    bool read =
        g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, &said, NULL, &error);
    if (tape->rtc) {
        tape->rtc->tapes = g_slist_remove(tape->rtc->tapes, tape);
        if (read && g_subprocess_get_successful(tape->process))
            take(tape, said);
        else /* the folder stays: it is tried again at the next start */
            log_error("rtc", "no file was made of %s", tape->folder);
    }
    tape_free(tape);
}

void rtc_tape_make(struct rtc *rtc, const char *folder)
{
    g_autoptr(GError) error = NULL;
    if (!rtc->program)
        return;
    g_autofree char *most = g_strdup_printf("%" G_GUINT64_FORMAT, rtc->most_bytes);
    GSubprocess *process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, rtc->program, folder, most, NULL);
    if (!process) {
        log_error("rtc", "%s", error->message);
        return;
    }
    struct tape *tape = g_new0(struct tape, 1);
    *tape = (struct tape){rtc, g_strdup(folder), process};
    rtc->tapes = g_slist_prepend(rtc->tapes, tape);
    g_subprocess_communicate_utf8_async(process, NULL, NULL, on_made, tape);
}

void rtc_tape_make_left(struct rtc *rtc)
{
    GDir *dir = g_dir_open(rtc->recordings, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *folder = g_build_filename(rtc->recordings, name, NULL);
        g_autofree char *path = g_build_filename(folder, WHOSE, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            rtc_tape_make(rtc, folder);
    }
    g_clear_pointer(&dir, g_dir_close);
}

/* Those at work end with us; their folders are left. */
void rtc_tape_stop(struct rtc *rtc)
{
    for (GSList *one = rtc->tapes; one; one = one->next) {
        struct tape *tape = one->data;
        tape->rtc = NULL;
        g_subprocess_force_exit(tape->process);
    }
    g_clear_pointer(&rtc->tapes, g_slist_free);
}

void rtc_taken(const char *file)
{
    g_autofree char *folder = g_path_get_dirname(file);
    g_autofree char *whose = g_build_filename(folder, WHOSE, NULL);
    GDir *dir = g_file_test(whose, G_FILE_TEST_EXISTS) ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    if (dir)
        g_rmdir(folder);
    g_clear_pointer(&dir, g_dir_close);
}
