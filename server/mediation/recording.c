/* What was recorded of a meeting is kept with its case, or with the meeting that has none. */
#include "common/clock.h"
#include "common/log.h"
#include "files/attachments.h"
#include "mediation/mediation_private.h"
#include <string.h>

struct keeping {
    struct mediation *mediation;
    char *path, *meeting; /* path NULL: a paper */
    json_t *about;
    struct attachment_new *file;
    void (*done)(const char *path, bool kept);
    struct mediation_keep keep; /* of a paper */
    bool skip, admitted;
    gsize bytes;
};

static void finish(struct keeping *keeping, bool kept)
{
    if (keeping->admitted)
        attachments_leave(keeping->mediation->options.attachments, keeping->bytes);
    if (keeping->path)
        keeping->done(keeping->path, kept);
    else
        keeping->keep.done(kept, keeping->keep.data);
    attachment_new_free(keeping->file);
    json_decref(keeping->about);
    g_free(keeping->path);
    g_free(keeping->meeting);
    g_free(keeping);
}

static json_t *details_of(const struct keeping *keeping)
{
    json_t *details = json_pack("{s:s,s:s,s:I}", "attachment", keeping->file->id, "sha256",
                                keeping->file->sha256, "bytes", (json_int_t)keeping->file->bytes);
    static const char *const keys[] = {"room", "seconds",     "parts",       "tracks",
                                       "what", "text_sha256", "state_sha256"};
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        json_t *value = json_object_get(keeping->about, keys[i]);
        if (value)
            json_object_set(details, keys[i], value);
    }
    return details;
}

static bool write_recording(struct store_tx *tx, gpointer data, GError **error)
{
    struct keeping *keeping = data;
    const struct vault *vault = identity_vault(keeping->mediation->options.identity);
    struct meeting *meeting =
        meeting_load(tx, &keeping->mediation->reader, keeping->meeting, error);
    if (!meeting)
        return false;
    const struct attachment_owner owner = {meeting->case_id ? "case" : "meeting",
                                           meeting->case_id ? meeting->case_id : meeting->id};
    gint64 seq, now_us = clock_wall_us();
    json_t *details = details_of(keeping);
    bool film = keeping->path != NULL;
    bool fine =
        film || keeping->keep.also(tx, keeping->meeting, keeping->about, &keeping->skip, error);
    if (fine && !keeping->skip)
        fine = attachment_insert(tx, vault, keeping->file, &owner, "server",
                                 film ? "录制" : "调解协议", now_us, error) &&
               meeting_next(tx, meeting, &seq, error) &&
               meeting_note(tx, meeting, NULL, NULL, seq, film ? "recorded" : "filed", details,
                            now_us, error);
    json_decref(details);
    meeting_free(meeting);
    return fine;
}

static void written(gpointer data, const GError *error)
{
    struct keeping *keeping = data;
    if (error)
        log_error("mediation", "a file of meeting %s was not kept: %s", keeping->meeting,
                  error->message);
    if (error || keeping->skip)
        attachments_drop(keeping->mediation->options.attachments, keeping->file->id);
    finish(keeping, !error);
}

static void kept(struct attachment_new *file, const struct attachment_fault *fault, gpointer user)
{
    struct keeping *keeping = user;
    keeping->file = file;
    if (file) {
        store_write(keeping->mediation->options.store, write_recording, keeping, written);
        return;
    }
    log_error("mediation", "a file of meeting %s was not kept: %s", keeping->meeting,
              fault->why.en);
    finish(keeping, false);
}

void mediation_media_recorded(struct mediation *mediation, const char *path, const json_t *about,
                              void (*done)(const char *path, bool kept))
{
    const char *meeting = json_string_value(json_object_get(about, "meeting"));
    g_autoptr(GError) error = NULL;
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, &error);
    if (!file || !meeting || !mediation->options.attachments) {
        log_error("mediation", "%s: %s", path,
                  error ? error->message : "whose it is, is not known");
        done(path, false);
        return;
    }
    struct keeping *keeping = g_new0(struct keeping, 1);
    *keeping = (struct keeping){.mediation = mediation,
                                .path = g_strdup(path),
                                .meeting = g_strdup(meeting),
                                .about = json_deep_copy(about),
                                .done = done};
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *day = g_date_time_format(now, "%Y-%m-%d %H%M");
    g_autofree char *name = g_strdup_printf("会议录像 %s.mp4", day);
    g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);
    attachments_keep(mediation->options.attachments, bytes, name, kept, keeping);
}

void mediation_keep_paper(struct mediation *mediation, const char *meeting, const char *name,
                          GBytes *pdf, const json_t *about, const struct mediation_keep *keep)
{
    struct attachments *attachments = mediation->options.attachments;
    if (!attachments || !attachments_admit(attachments, g_bytes_get_size(pdf))) {
        keep->done(false, keep->data);
        return;
    }
    struct keeping *keeping = g_new0(struct keeping, 1);
    *keeping = (struct keeping){.mediation = mediation,
                                .meeting = g_strdup(meeting),
                                .about = json_deep_copy(about),
                                .keep = *keep,
                                .admitted = true,
                                .bytes = g_bytes_get_size(pdf)};
    attachments_keep(attachments, pdf, name, kept, keeping);
}
