/* Shared by the files of this folder that serve the loop. */
#pragma once
#include "common/mailbox.h"
#include "files/attachments.h"
#include "files/cleaner.h"

struct attachments {
    /* --- immutable after attachments_create() */
    struct loop *loop;
    struct store *store;
    char *dir, *program;
    struct cleaner_options cleaning;
    struct shelf *shelf;
    struct mailbox *wake;
    GAsyncQueue *finished; /* struct attachments_work */
    GThreadPool *pool;
    /* --- loop thread only */
    guint64 taking_bytes;
    guint pending;
    guint sweep_source;
    bool sweeping;
    /* --- any thread, atomic */
    gsize *reading_bytes; /* handed out and not yet given back; g_atomic_rc_box: outlives this */
};

/* What a thread of the pool does; `run` there, then `done` on the loop, which frees it. */
struct attachments_work {
    struct attachments *attachments;
    void (*run)(struct attachments_work *work);
    void (*done)(struct attachments_work *work);
};
void attachments_push(struct attachments_work *work);

/* --- attachments_sweep.c */
/* Blocks: removes what no record names, if this is the folder of that database. */
bool attachments_sweep_start(struct attachments *attachments, GError **error);
/* Removes the files of erased records. */
void attachments_sweep_erased(struct attachments *attachments);
