/* Photographs and documents that people add to something (a case): taken, cleaned and sealed by
 * threads of their own; found in table `attachment` (docs/files.md). Who may add or see one is
 * asked by the part that it belongs to. Loop thread only, except what takes a store_tx. */
#pragma once
#include "common/loop.h"
#include "files/file_kind.h"
#include "files/shelf.h"
#include "identity/identity.h"
#include "store/store.h"

struct attachments;

struct attachments_options {
    struct loop *loop;               /* borrowed */
    struct store *store;             /* borrowed */
    const char *dir;                 /* of the sealed files; made when need be */
    const char *program;             /* townwall-file; NULL: beside this program */
    guint64 most_bytes[CLASS_COUNT]; /* of one file */
    guint64 megapixels;              /* of a picture */
};
/* Removes files that no record names, where folder and database know each other. NULL + error. */
struct attachments *attachments_create(const struct attachments_options *options, GError **error);
/* Blocks until all that was asked of the threads is done and told. NULL is fine. */
void attachments_drain(struct attachments *attachments);
/* Drains, then frees. NULL is fine. */
void attachments_destroy(struct attachments *attachments);

/* The greatest body that any class allows. */
guint64 attachments_body_bytes(const struct attachments *attachments);

/* --- taking. A file is kept by attachments_keep(), then recorded by attachment_insert() in the
 * transaction of what it belongs to, or dropped again. */

struct attachment_new {
    char *id, *name;
    enum file_kind kind;
    gint64 bytes, width_px, height_px; /* pixels 0: none */
    char sha256[65], given_sha256[65]; /* of what is kept; of what came */
    bool thumb;
    guint8 key[SHELF_KEY_BYTES];
};
void attachment_new_free(struct attachment_new *file); /* wipes the key; NULL is fine */

/* Why a file was not kept, as HTTP tells it; texts are static. */
struct attachment_fault {
    guint status;
    struct file_refusal why;
};
/* `kept`: on disk, owned by the callee; NULL: `fault` says why and nothing was left. */
typedef void (*attachment_kept_fn)(struct attachment_new *kept,
                                   const struct attachment_fault *fault, gpointer user);
/* Before anything is done with a body: may it wait and be treated, too? True: the callee calls
 * attachments_leave() with the same bytes when it has the body no more. False: too much waits. */
bool attachments_admit(struct attachments *attachments, gsize bytes);
void attachments_leave(struct attachments *attachments, gsize bytes);
/* Takes a reference of `body`, which was admitted; `name` NULL: none was given. `fn` is called
 * later. */
void attachments_keep(struct attachments *attachments, GBytes *body, const char *name,
                      attachment_kept_fn fn, gpointer user);
/* Removes a kept file that was not recorded. */
void attachments_drop(struct attachments *attachments, const char *id);

/* --- reading */

/* `content` NULL: `error` (SHELF_ERROR). */
typedef void (*attachment_read_fn)(GBytes *content, const GError *error, gpointer user);
/* `bytes`: of the file; `thumb`: the small picture, which counts by a bound of its own. False: too
 * much is being read, `fn` is not called. */
bool attachments_read(struct attachments *attachments, const char *id, bool thumb,
                      const guint8 key[SHELF_KEY_BYTES], gint64 bytes, attachment_read_fn fn,
                      gpointer user);

/* --- records: inside a store_fn; `vault` opens names and keys */

struct attachment_owner {
    const char *kind, *id; /* "case" and its id */
};
bool attachment_insert(struct store_tx *tx, const struct vault *vault,
                       const struct attachment_new *file, const struct attachment_owner *owner,
                       const char *user, const char *user_name, gint64 now_us, GError **error);

/* One record; texts owned. */
struct attachment {
    char *id, *name, *user, *withdrawn_name, *reason;
    enum file_kind kind;
    gint64 bytes, withdrawn_us, erased_us;
    bool thumb;
    guint8 key[SHELF_KEY_BYTES];
};
void attachment_clear(struct attachment *attachment);
/* STORE_ERROR_NOT_FOUND: that owner has none such. An erased one has no key and no name. */
bool attachment_load(struct store_tx *tx, const struct vault *vault, const char *id,
                     const struct attachment_owner *owner, struct attachment *attachment,
                     GError **error);
/* Is there one that was not withdrawn? */
bool attachment_stands(struct store_tx *tx, const char *id, const struct attachment_owner *owner,
                       bool *stands, GError **error);
/* *film: the recording of a mediation, made by the server: looked at by who led it alone. */
bool attachment_is_film(struct store_tx *tx, const char *id, bool *film, GError **error);
bool attachment_withdraw(struct store_tx *tx, const char *id, const char *user_name,
                         const char *reason, gint64 now_us, GError **error);
/* All of an owner, oldest first: A of docs/files.md; owned by the caller. */
json_t *attachments_json(struct store_tx *tx, const struct vault *vault,
                         const struct attachment_owner *owner, GError **error);
/* Destroys the key; the file itself goes within the hour. */
bool attachment_erase(struct store_tx *tx, const char *id, gint64 now_us, GError **error);
