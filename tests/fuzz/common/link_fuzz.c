/* The link's input, in pieces as a socket gives them: the same messages come out however the bytes
 * are cut. And what link_output makes of those messages, link_input takes again. */
#include "common/link_input.h"
#include "common/link_output.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    guint messages;
    size_t bytes;
    guint hash; /* of kinds, channels and sizes in order, per channel order kept */
    struct link_output *again;
};

static bool on_message(enum wire_kind kind, uint32_t channel, GBytes *message, gpointer user)
{
    struct seen *seen = user;
    seen->messages++;
    seen->bytes += g_bytes_get_size(message);
    /* a sum, because channels may change places when they are sent again */
    seen->hash += g_bytes_hash(message) ^ (channel * 31 + (guint)kind);
    if (seen->again)
        link_output_push(seen->again, kind, channel, NULL, 0, message);
    return true;
}

/* Returned: false when a rule was broken. */
static bool feed_all(const uint8_t *data, size_t size, size_t piece, struct seen *seen)
{
    struct link_input *input = link_input_create(on_message, seen);
    size_t done = 0;
    const char *broken = NULL;
    for (size_t end = MIN(piece, size); !broken; end = MIN(end + piece, size)) {
        done += link_input_feed(input, data + done, end - done, &broken);
        g_assert_cmpuint(done, <=, end);
        if (end == size)
            break;
    }
    link_input_destroy(input);
    return broken == NULL;
}

static void send_again(struct link_output *output, const struct seen *first)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    size_t count;
    const GOutputVector *vectors;
    while ((vectors = link_output_peek(output, &count)), count > 0) {
        size_t part = (vectors->size + 1) / 2; /* a socket that takes little */
        g_byte_array_append(bytes, vectors->buffer, (guint)part);
        link_output_written(output, part);
    }
    g_assert_cmpuint(link_output_control_bytes(output) + link_output_data_bytes(output), ==, 0);
    struct seen second = {0};
    if (bytes->len) /* nothing sent has no address */
        g_assert_true(feed_all(bytes->data, bytes->len, 1000, &second));
    g_assert_cmpuint(second.messages, ==, first->messages);
    g_assert_cmpuint(second.bytes, ==, first->bytes);
    g_assert_cmpuint(second.hash, ==, first->hash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole = {.again = link_output_create()}, pieces = {0};
    bool whole_ok = feed_all(data, size, MAX(size, (size_t)1), &whole);
    bool pieces_ok = feed_all(data, size, size > 4096 ? 997 : 7, &pieces);
    g_assert_cmpint(whole_ok, ==, pieces_ok);
    g_assert_cmpuint(whole.messages, ==, pieces.messages);
    g_assert_cmpuint(whole.hash, ==, pieces.hash);
    send_again(whole.again, &whole);
    link_output_destroy(whole.again);
    return 0;
}
