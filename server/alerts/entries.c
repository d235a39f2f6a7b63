#include "alerts/entries.h"
#include <string.h>

void consumer_batch_free(struct consumer_batch *batch)
{
    if (!batch)
        return;
    for (guint i = 0; i < batch->entries->len; i++) {
        struct consumer_entry *entry = &g_array_index(batch->entries, struct consumer_entry, i);
        g_free(entry->id);
        g_free(entry->text);
    }
    g_array_unref(batch->entries);
    g_free(batch);
}

static bool is_text(const struct redis_reply *reply, const char *text)
{
    return (reply->type == REDIS_STRING || reply->type == REDIS_STATUS) &&
           reply->size == strlen(text) && memcmp(reply->text, text, reply->size) == 0;
}

/* The entries of the only stream in the answer. */
static bool list_of(const struct redis_reply *reply, struct redis_reply *list)
{
    struct redis_reply stream;
    return redis_reply_at(reply, 0, &stream) && redis_reply_at(&stream, 1, list) &&
           list->type == REDIS_ARRAY;
}

static void read_fields(const struct redis_reply *fields, struct consumer_entry *entry)
{
    struct redis_reply name, value;
    for (size_t i = 0; i + 1 < fields->count; i += 2) {
        if (redis_reply_at(fields, i, &name) && is_text(&name, "event") &&
            redis_reply_at(fields, i + 1, &value) && value.type == REDIS_STRING) {
            entry->text = g_strndup(value.text, value.size);
            entry->size = value.size;
            return;
        }
    }
}

struct consumer_batch *entries_read(const struct redis_reply *reply, GPtrArray *gone)
{
    struct redis_reply list, about, id, fields;
    if (!list_of(reply, &list))
        return NULL;
    struct consumer_batch *batch = g_new0(struct consumer_batch, 1);
    batch->entries = g_array_sized_new(FALSE, TRUE, sizeof(struct consumer_entry), 1000);
    for (size_t i = 0; redis_reply_at(&list, i, &about); i++) {
        if (!redis_reply_at(&about, 0, &id) || !redis_reply_at(&about, 1, &fields))
            continue;
        struct consumer_entry entry = {.id = g_strndup(id.text, id.size)};
        if (fields.type != REDIS_ARRAY && gone) {
            g_ptr_array_add(gone, entry.id);
            continue;
        }
        read_fields(&fields, &entry);
        g_array_append_val(batch->entries, entry);
    }
    if (batch->entries->len == 0)
        g_clear_pointer(&batch, consumer_batch_free);
    return batch;
}

char *entries_last_id(const struct redis_reply *reply)
{
    struct redis_reply list, about, id;
    if (!list_of(reply, &list) || list.count == 0 ||
        !redis_reply_at(&list, list.count - 1, &about) || !redis_reply_at(&about, 0, &id))
        return NULL;
    return g_strndup(id.text, id.size);
}

guint entries_pending(const struct redis_reply *reply, guint suspect, guint *tries)
{
    struct redis_reply about, count;
    guint together = 0;
    *tries = 0;
    for (size_t i = 0; redis_reply_at(reply, i, &about) && redis_reply_at(&about, 3, &count); i++) {
        if (count.integer < suspect) {
            together++;
            continue;
        }
        if (together == 0) {
            *tries = (guint)MIN(count.integer, G_MAXINT);
            return 1;
        }
        break;
    }
    return together;
}

bool entries_of_others(const struct redis_reply *reply, const char *token)
{
    struct redis_reply list, about, name;
    if (!redis_reply_at(reply, 3, &list))
        return false;
    for (size_t i = 0; redis_reply_at(&list, i, &about); i++) {
        if (redis_reply_at(&about, 0, &name) && !is_text(&name, token))
            return true;
    }
    return false;
}

static bool field_of(const struct redis_reply *about, const char *name, struct redis_reply *value)
{
    struct redis_reply key;
    for (size_t i = 0; redis_reply_at(about, i, &key); i += 2) {
        if (is_text(&key, name))
            return redis_reply_at(about, i + 1, value);
    }
    return false;
}

gint64 entries_lag(const struct redis_reply *reply, const char *group)
{
    struct redis_reply about, name, lag;
    for (size_t i = 0; redis_reply_at(reply, i, &about); i++) {
        if (field_of(&about, "name", &name) && is_text(&name, group))
            return field_of(&about, "lag", &lag) && lag.type == REDIS_INTEGER ? lag.integer : -1;
    }
    return -1;
}

GPtrArray *entries_ids(const struct consumer_batch *batch)
{
    GPtrArray *ids = g_ptr_array_sized_new(batch->entries->len + 3);
    for (guint i = 0; i < batch->entries->len; i++)
        g_ptr_array_add(ids, g_array_index(batch->entries, struct consumer_entry, i).id);
    return ids;
}

gsize entries_bytes(const struct consumer_batch *batch)
{
    gsize bytes = 0;
    for (guint i = 0; i < batch->entries->len; i++)
        bytes += g_array_index(batch->entries, struct consumer_entry, i).size;
    return bytes;
}
