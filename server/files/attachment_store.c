/* Table `attachment`. What a person may have written, the name, is sealed with the file's own key,
 * so that destroying the key erases it too. */
#include "files/attachments.h"
#include "identity/vault.h"
#include <sodium.h>
#include <string.h>

#define CONTEXT "attachment/"

G_STATIC_ASSERT(SHELF_KEY_BYTES == VAULT_KEY_BYTES);

static char *context_of(const char *id)
{
    return g_strconcat(CONTEXT, id, NULL);
}

bool attachment_insert(struct store_tx *tx, const struct vault *vault,
                       const struct attachment_new *file, const struct attachment_owner *owner,
                       const char *user, const char *user_name, gint64 now_us, GError **error)
{
    g_autofree char *context = context_of(file->id);
    g_autoptr(GBytes) key = vault_wrap(vault, context, file->key);
    g_autoptr(GBytes) name = vault_seal(file->key, context, file->name);
    gsize key_size, name_size;
    const void *key_data = g_bytes_get_data(key, &key_size);
    const void *name_data = g_bytes_get_data(name, &name_size);
    return store_exec(
        tx, error,
        "INSERT INTO attachment (id, owner_kind, owner, kind, name_sealed, key_wrapped,"
        " bytes, width_px, height_px, thumb, sha256, given_sha256, time_us, user_id,"
        " user_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "ssssbbiiiississ", file->id, owner->kind, owner->id, file_kind_info(file->kind)->name,
        name_data, name_size, key_data, key_size, file->bytes, file->width_px, file->height_px,
        (gint64)file->thumb, file->sha256, file->given_sha256, now_us, user, user_name);
}

void attachment_clear(struct attachment *attachment)
{
    sodium_memzero(attachment->key, sizeof attachment->key);
    g_free(attachment->id);
    g_free(attachment->name);
    g_free(attachment->user);
    g_free(attachment->withdrawn_name);
    g_free(attachment->reason);
    *attachment = (struct attachment){0};
}

#define COLUMNS                                                                                    \
    "id, kind, name_sealed, key_wrapped, bytes, thumb, user_id, withdrawn_us, withdrawn_name,"     \
    " reason, erased_us, width_px, height_px, sha256, time_us, user_name"
#define OF_OWNER " FROM attachment WHERE owner_kind = ? AND owner = ?"

static void read_row(struct store_rows *rows, const struct vault *vault,
                     struct attachment *attachment)
{
    size_t key_size, name_size;
    attachment->id = store_text_dup(rows, 0);
    attachment->kind = (enum file_kind)MAX(0, file_kind_find(store_text(rows, 1)));
    const void *name = store_blob(rows, 2, &name_size);
    const void *key = store_blob(rows, 3, &key_size);
    g_autofree char *context = context_of(attachment->id);
    if (key && vault_unwrap(vault, context, key, key_size, attachment->key))
        attachment->name = vault_unseal(attachment->key, context, name, name_size);
    attachment->bytes = store_int(rows, 4);
    attachment->thumb = store_int(rows, 5) != 0;
    attachment->user = store_text_dup(rows, 6);
    attachment->withdrawn_us = store_int(rows, 7);
    attachment->withdrawn_name = store_text_dup(rows, 8);
    attachment->reason = store_text_dup(rows, 9);
    attachment->erased_us = store_int(rows, 10);
}

bool attachment_load(struct store_tx *tx, const struct vault *vault, const char *id,
                     const struct attachment_owner *owner, struct attachment *attachment,
                     GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error, "SELECT " COLUMNS OF_OWNER " AND id = ?", "sss",
                                       owner->kind, owner->id, id);
    bool found = rows && store_rows_next(rows, &bad);
    if (found)
        read_row(rows, vault, attachment);
    if (bad)
        g_propagate_error(error, bad);
    else if (rows && !found)
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such file");
    return found;
}

bool attachment_stands(struct store_tx *tx, const char *id, const struct attachment_owner *owner,
                       bool *stands, GError **error)
{
    gint64 one;
    return store_query_int(tx, error, &one, stands,
                           "SELECT 1" OF_OWNER " AND id = ? AND withdrawn_us = 0 AND erased_us = 0",
                           "sss", owner->kind, owner->id, id);
}

bool attachment_is_film(struct store_tx *tx, const char *id, bool *film, GError **error)
{
    gint64 one;
    return store_query_int(tx, error, &one, film,
                           "SELECT 1 FROM attachment WHERE id = ? AND user_id = 'server' AND"
                           " kind = 'mp4'",
                           "s", id);
}

bool attachment_withdraw(struct store_tx *tx, const char *id, const char *user_name,
                         const char *reason, gint64 now_us, GError **error)
{
    return store_exec(tx, error,
                      "UPDATE attachment SET withdrawn_us = ?, withdrawn_name = ?, reason = ?"
                      " WHERE id = ? AND withdrawn_us = 0",
                      "isss", now_us, user_name, reason, id);
}

bool attachment_erase(struct store_tx *tx, const char *id, gint64 now_us, GError **error)
{
    return store_exec(tx, error,
                      "UPDATE attachment SET erased_us = ?, key_wrapped = NULL WHERE id = ?"
                      " AND erased_us = 0",
                      "is", now_us, id);
}

/* --- as people see them */

static json_t *text_json(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *time_json(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

static json_t *row_json(struct store_rows *rows, const struct vault *vault)
{
    struct attachment one = {0};
    read_row(rows, vault, &one);
    const struct file_kind_info *info = file_kind_info(one.kind);
    json_t *row = json_pack(
        "{s:s,s:o,s:s,s:s,s:I,s:I,s:I,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "id", one.id, "name",
        text_json(one.name), "kind", info->name, "media", info->media, "bytes",
        (json_int_t)one.bytes, "width_px", (json_int_t)store_int(rows, 11), "height_px",
        (json_int_t)store_int(rows, 12), "thumb", (int)one.thumb, "sha256",
        text_json(store_text(rows, 13)), "time_us", time_json(store_int(rows, 14)), "user",
        text_json(one.user), "by", text_json(store_text(rows, 15)), "withdrawn_us",
        time_json(one.withdrawn_us), "withdrawn_by", text_json(one.withdrawn_name), "reason",
        text_json(one.reason), "erased_us", time_json(one.erased_us));
    attachment_clear(&one);
    return row;
}

json_t *attachments_json(struct store_tx *tx, const struct vault *vault,
                         const struct attachment_owner *owner, GError **error)
{
    GError *bad = NULL;
    json_t *list = json_array();
    store_rows_auto rows =
        store_query(tx, error, "SELECT " COLUMNS OF_OWNER " ORDER BY time_us, id", "ss",
                    owner->kind, owner->id);
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(list, row_json(rows, vault));
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        g_clear_pointer(&list, json_decref);
    return list;
}
