#include "common/link_input.h"
#include <string.h>

/* One unfinished message. */
struct assembly {
    guint64 key;
    GByteArray *bytes;
};

struct link_input {
    link_message_fn deliver;
    gpointer user;
    GHashTable *assemblies; /* by &key */
    size_t assembly_bytes;
};

static void assembly_free(gpointer data)
{
    struct assembly *assembly = data;
    if (assembly->bytes)
        g_byte_array_unref(assembly->bytes);
    g_free(assembly);
}

struct link_input *link_input_create(link_message_fn deliver, gpointer user)
{
    struct link_input *input = g_new0(struct link_input, 1);
    input->deliver = deliver;
    input->user = user;
    input->assemblies = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, assembly_free);
    return input;
}

void link_input_destroy(struct link_input *input)
{
    if (!input)
        return;
    g_hash_table_destroy(input->assemblies);
    g_free(input);
}

static struct assembly *assembly_begin(struct link_input *input, guint64 key, guint first_bytes)
{
    struct assembly *assembly = g_new0(struct assembly, 1);
    assembly->key = key;
    assembly->bytes = g_byte_array_sized_new(2 * first_bytes);
    g_hash_table_insert(input->assemblies, &assembly->key, assembly);
    return assembly;
}

/* One frame of a message in several. *message: the whole, when this frame ends it. Returned: the
 * broken rule or NULL. */
static const char *assemble(struct link_input *input, const struct wire_frame *frame,
                            const uint8_t *payload, GBytes **message)
{
    guint64 key = (guint64)frame->kind << 32 | frame->channel;
    struct assembly *assembly = g_hash_table_lookup(input->assemblies, &key);
    if (frame->flags & WIRE_FIRST) {
        if (assembly)
            return "a message begins inside another of its channel";
        if (g_hash_table_size(input->assemblies) >= LINK_ASSEMBLY_MAX_COUNT)
            return "too many unfinished messages";
        assembly = assembly_begin(input, key, frame->size_bytes);
    } else if (!assembly) {
        return "a message goes on that never began";
    }
    if (assembly->bytes->len + frame->size_bytes > LINK_MESSAGE_MAX_BYTES)
        return "a message is larger than 32 MiB";
    if (input->assembly_bytes + frame->size_bytes > LINK_ASSEMBLY_MAX_BYTES)
        return "unfinished messages are larger than 64 MiB together";
    g_byte_array_append(assembly->bytes, payload, frame->size_bytes);
    input->assembly_bytes += frame->size_bytes;
    if (frame->flags & WIRE_MORE)
        return NULL;
    input->assembly_bytes -= assembly->bytes->len;
    *message = g_byte_array_free_to_bytes(g_steal_pointer(&assembly->bytes));
    g_hash_table_remove(input->assemblies, &key);
    return NULL;
}

static const char *take_frame(struct link_input *input, const struct wire_frame *frame,
                              const uint8_t *payload, GBytes **message)
{
    if (frame->kind == WIRE_CREDIT &&
        (frame->size_bytes != sizeof(uint32_t) || frame->flags != WIRE_FIRST))
        return "credit is not one number";
    if (frame->flags != WIRE_FIRST)
        return assemble(input, frame, payload, message);
    guint64 key = (guint64)frame->kind << 32 | frame->channel;
    if (g_hash_table_contains(input->assemblies, &key))
        return "a message begins inside another of its channel";
    *message = g_bytes_new(payload, frame->size_bytes);
    return NULL;
}

size_t link_input_feed(struct link_input *input, const uint8_t *data, size_t size,
                       const char **broken)
{
    size_t done = 0;
    *broken = NULL;
    while (size - done >= WIRE_FRAME_HEADER_BYTES) {
        struct wire_frame frame;
        if (!wire_frame_read(data + done, &frame)) {
            *broken = "a frame header is not valid";
            return done;
        }
        if (size - done - WIRE_FRAME_HEADER_BYTES < frame.size_bytes)
            return done;
        const uint8_t *payload = data + done + WIRE_FRAME_HEADER_BYTES;
        done += WIRE_FRAME_HEADER_BYTES + frame.size_bytes;
        GBytes *message = NULL;
        *broken = take_frame(input, &frame, payload, &message);
        if (*broken)
            return done;
        if (!message)
            continue;
        bool go_on =
            input->deliver((enum wire_kind)frame.kind, frame.channel, message, input->user);
        g_bytes_unref(message);
        if (!go_on)
            return done;
    }
    return done;
}
