/* townwall-tape FOLDER MOST_BYTES: makes one MP4 of what Janus has recorded in FOLDER and says of
 * it, in one line of JSON: {"file","bytes","sha256","seconds","parts","tracks","meeting","room"}.
 * Started by townwalld, because decoders of foreign sound and pictures crash, hang and eat memory.
 */
#include "mix.h"
#include "tape/plan.h"
#include <gio/gio.h>
#include <gst/gst.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define OUT "recording.mp4"
enum { NICE = 10, HASH_BLOCK = 1 << 16 };

/* The files of a feed carry its number: videoroom-ROOM-user-FEED-… */
static char *seat_of(const char *name, GHashTable *seats)
{
    const char *at = strstr(name, "-user-");
    g_autofree char *feed = at ? g_strndup(at + 6, strspn(at + 6, "0123456789")) : NULL;
    const char *seat = feed ? g_hash_table_lookup(seats, feed) : NULL;
    return g_strdup(seat ? seat : "");
}

static GHashTable *read_seats(const char *folder)
{
    GHashTable *seats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *path = g_build_filename(folder, "seats", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return seats;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        char *space = strchr(lines[i], ' ');
        if (space)
            g_hash_table_insert(seats, g_strndup(lines[i], (gsize)(space - lines[i])),
                                g_strdup(space + 1));
    }
    return seats;
}

static bool read_track(const char *folder, const char *name, GHashTable *seats,
                       struct tape_track *track)
{
    *track = (struct tape_track){.path = g_build_filename(folder, name, NULL)};
    g_autoptr(GMappedFile) file = g_mapped_file_new(track->path, FALSE, NULL);
    if (!file || !mjr_read((const uint8_t *)g_mapped_file_get_contents(file),
                           g_mapped_file_get_length(file), &track->mjr)) {
        tape_track_clear(track);
        return false;
    }
    track->seat = seat_of(name, seats);
    return true;
}

static GArray *read_folder(const char *folder)
{
    GArray *tracks = g_array_new(FALSE, FALSE, sizeof(struct tape_track));
    g_array_set_clear_func(tracks, tape_track_clear);
    g_autoptr(GHashTable) seats = read_seats(folder);
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    struct tape_track track;
    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".mjr") && read_track(folder, name, seats, &track))
            g_array_append_val(tracks, track);
    g_clear_pointer(&dir, g_dir_close);
    return tracks;
}

/* Returned: the file that janus-pp-rec has made; NULL: none. */
static char *unpack(const struct tape_track *track)
{
    char *out = g_strconcat(track->path, track->mjr.video ? ".webm" : ".mka", NULL);
    const char *argv[] = {"janus-pp-rec", "-d", "2", track->path, out, NULL};
    int status = 1;
    bool ran =
        g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL,
                     NULL, NULL, NULL, NULL, &status, NULL);
    if (ran && g_spawn_check_wait_status(status, NULL) && g_file_test(out, G_FILE_TEST_EXISTS))
        return out;
    fprintf(stderr, "townwall-tape: %s cannot be read\n", track->path);
    g_free(out);
    return NULL;
}

static bool hash_file(const char *path, json_t *about)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 *block = g_malloc(HASH_BLOCK);
    gint64 bytes = 0;
    FILE *file = fopen(path, "re");
    size_t got;
    while (file && (got = fread(block, 1, HASH_BLOCK, file)) > 0) {
        g_checksum_update(sum, block, (gssize)got);
        bytes += (gint64)got;
    }
    bool whole = file && !ferror(file) && bytes > 0;
    if (file)
        fclose(file);
    g_free(block);
    json_object_set_new(about, "bytes", json_integer(bytes));
    json_object_set_new(about, "sha256", json_string(g_checksum_get_string(sum)));
    return whole;
}

static void add_whose(const char *folder, json_t *about)
{
    g_autofree char *path = g_build_filename(folder, "whose.json", NULL);
    json_t *whose = json_load_file(path, 0, NULL);
    if (whose)
        json_object_update(about, whose);
    json_decref(whose);
}

static void lose(struct tape_plan *plan, char **files, guint i)
{
    struct tape_track *track = &g_array_index(plan->tracks, struct tape_track, i);
    track->lost = true;
    if (files[i])
        unlink(files[i]);
    g_clear_pointer(&files[i], g_free);
}

/* A stream that cannot be decoded (a picture's end without its beginning) costs itself alone. */
static bool mix(struct tape_plan *plan, char **files, guint64 most_bytes, const char *out,
                GError **error)
{
    int spoiler;
    g_autoptr(GError) fault = NULL;
    while (!tape_mix(plan, files, most_bytes, out, &spoiler, &fault)) {
        if (spoiler < 0 || !files[spoiler]) {
            g_propagate_error(error, g_steal_pointer(&fault));
            return false;
        }
        fprintf(stderr, "townwall-tape: %s is left out: %s\n", files[spoiler], fault->message);
        lose(plan, files, (guint)spoiler);
        g_clear_error(&fault);
    }
    return true;
}

static bool make(const char *folder, struct tape_plan *plan, guint64 most_bytes, GError **error)
{
    g_autofree char *out = g_build_filename(folder, OUT, NULL);
    guint count = plan->tracks->len;
    char **files = g_new0(char *, count + 1);
    for (guint i = 0; i < count; i++)
        if (!(files[i] = unpack(&g_array_index(plan->tracks, struct tape_track, i))))
            lose(plan, files, i);
    bool done = mix(plan, files, most_bytes, out, error);
    for (guint i = 0; i < count; i++) {
        if (files[i])
            unlink(files[i]);
        g_free(files[i]);
    }
    g_free(files);
    if (!done)
        return false;
    json_t *about = tape_plan_json(plan);
    json_object_set_new(about, "file", json_string(OUT));
    add_whose(folder, about);
    done = hash_file(out, about);
    char *text = json_dumps(about, JSON_COMPACT);
    if (done)
        puts(text);
    free(text);
    json_decref(about);
    return done;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setpriority(PRIO_PROCESS, 0, NICE);
    if (argc != 3) {
        fputs("townwall-tape FOLDER MOST_BYTES\n", stderr);
        return 2;
    }
    /* townwalld's unit allows no code made at run time, and no home to remember plugins in */
    g_autofree char *registry = g_build_filename(argv[1], "plugins", NULL);
    g_setenv("ORC_CODE", "backup", TRUE);
    g_setenv("GST_REGISTRY", registry, FALSE);
    gst_init(NULL, NULL);
    struct tape_plan plan;
    tape_plan_make(read_folder(argv[1]), &plan);
    bool done =
        plan.tracks->len == 0 || make(argv[1], &plan, g_ascii_strtoull(argv[2], NULL, 10), &error);
    if (plan.tracks->len == 0) /* nothing was ever recorded */
        puts("{}");
    if (!done)
        fprintf(stderr, "townwall-tape: %s: %s\n", argv[1], error ? error->message : "not written");
    tape_plan_clear(&plan);
    return done ? 0 : 1;
}
