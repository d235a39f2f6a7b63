#include "common/link_output.h"
#include <string.h>

enum {
    BATCH_FRAMES = 64,        /* handed out at once … */
    BATCH_BYTES = 256 * 1024, /* … and no more than this: control waits behind them */
    VECTORS_PER_FRAME = 3,    /* header, prefix, body */
};

struct message {
    enum wire_kind kind;
    uint32_t channel;
    GBytes *body;
    const uint8_t *body_data;
    size_t body_bytes, prefix_bytes;
    size_t cut_bytes; /* of prefix + body, already cut into frames */
    uint8_t prefix[];
};

/* Messages of one kind and channel, in order. */
struct lane {
    guint64 key;
    GQueue messages;
    GList turn; /* in link_output.turns while messages wait */
};

/* Handed out and not yet wholly written. */
struct frame {
    uint8_t header[WIRE_FRAME_HEADER_BYTES];
    size_t payload_bytes;
    bool control;
    struct message *ends; /* freed when the frame is written */
};

struct link_output {
    struct lane control;
    GHashTable *lanes; /* data lanes with messages, by &key */
    GQueue turns;      /* data lanes, next first */
    size_t control_bytes, data_bytes;
    /* --- batch under way */
    struct frame frames[BATCH_FRAMES];
    size_t frame_count;
    GOutputVector vectors[BATCH_FRAMES * VECTORS_PER_FRAME];
    size_t vector_next, vector_count;
};

static void message_free(gpointer data)
{
    struct message *message = data;
    if (!message)
        return;
    if (message->body)
        g_bytes_unref(message->body);
    g_free(message);
}

static size_t message_bytes(const struct message *message)
{
    return message->prefix_bytes + message->body_bytes;
}

static bool is_control(enum wire_kind kind)
{
    return kind == WIRE_CONTROL || kind == WIRE_CREDIT;
}

static void lane_free(gpointer data)
{
    struct lane *lane = data;
    g_queue_clear_full(&lane->messages, message_free);
    g_free(lane);
}

struct link_output *link_output_create(void)
{
    struct link_output *output = g_new0(struct link_output, 1);
    g_queue_init(&output->control.messages);
    g_queue_init(&output->turns);
    output->lanes = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, lane_free);
    return output;
}

void link_output_destroy(struct link_output *output)
{
    if (!output)
        return;
    g_queue_clear_full(&output->control.messages, message_free);
    for (size_t i = 0; i < output->frame_count; i++)
        message_free(output->frames[i].ends);
    g_hash_table_destroy(output->lanes);
    g_free(output);
}

static struct lane *data_lane(struct link_output *output, enum wire_kind kind, uint32_t channel)
{
    guint64 key = (guint64)kind << 32 | channel;
    struct lane *lane = g_hash_table_lookup(output->lanes, &key);
    if (lane)
        return lane;
    lane = g_new0(struct lane, 1);
    lane->key = key;
    g_queue_init(&lane->messages);
    lane->turn.data = lane;
    g_hash_table_insert(output->lanes, &lane->key, lane);
    g_queue_push_tail_link(&output->turns, &lane->turn);
    return lane;
}

void link_output_push(struct link_output *output, enum wire_kind kind, uint32_t channel,
                      const uint8_t *prefix, size_t prefix_bytes, GBytes *body)
{
    struct message *message = g_malloc(sizeof(*message) + prefix_bytes);
    *message = (struct message){.kind = kind, .channel = channel, .prefix_bytes = prefix_bytes};
    if (prefix_bytes)
        memcpy(message->prefix, prefix, prefix_bytes);
    if (body) {
        message->body = g_bytes_ref(body);
        message->body_data = g_bytes_get_data(body, &message->body_bytes);
    }
    if (is_control(kind)) {
        output->control_bytes += message_bytes(message);
        g_queue_push_tail(&output->control.messages, message);
    } else {
        output->data_bytes += message_bytes(message);
        g_queue_push_tail(&data_lane(output, kind, channel)->messages, message);
    }
}

static void remove_lane(struct link_output *output, struct lane *lane)
{
    g_queue_unlink(&output->turns, &lane->turn);
    g_hash_table_remove(output->lanes, &lane->key);
}

void link_output_cancel(struct link_output *output, enum wire_kind kind, uint32_t channel)
{
    guint64 key = (guint64)kind << 32 | channel;
    struct lane *lane = g_hash_table_lookup(output->lanes, &key);
    if (!lane)
        return;
    struct message *head = g_queue_peek_head(&lane->messages);
    size_t keep = head && head->cut_bytes > 0 ? 1 : 0;
    while (lane->messages.length > keep) {
        struct message *message = g_queue_pop_tail(&lane->messages);
        output->data_bytes -= message_bytes(message);
        message_free(message);
    }
    if (keep == 0)
        remove_lane(output, lane);
}

static void add_vector(struct link_output *output, const uint8_t *data, size_t size)
{
    if (size > 0)
        output->vectors[output->vector_count++] = (GOutputVector){.buffer = data, .size = size};
}

/* Cuts the next frame of the lane's first message into the batch. Returned: its bytes. */
static size_t cut_frame(struct link_output *output, struct lane *lane)
{
    struct message *message = g_queue_peek_head(&lane->messages);
    size_t left = message_bytes(message) - message->cut_bytes;
    size_t size = MIN(left, (size_t)WIRE_FRAME_MAX_BYTES);
    struct frame *frame = &output->frames[output->frame_count++];
    *frame = (struct frame){.payload_bytes = size, .control = is_control(message->kind)};
    struct wire_frame header = {
        .size_bytes = (uint32_t)size,
        .kind = (uint8_t)message->kind,
        .flags = (uint8_t)((size < left ? WIRE_MORE : 0) | (message->cut_bytes ? 0 : WIRE_FIRST)),
        .channel = message->channel,
    };
    wire_frame_write(frame->header, &header);
    add_vector(output, frame->header, sizeof(frame->header));
    size_t from = message->cut_bytes, end = from + size;
    if (from < message->prefix_bytes)
        add_vector(output, message->prefix + from, MIN(end, message->prefix_bytes) - from);
    if (end > message->prefix_bytes) {
        size_t begin = MAX(from, message->prefix_bytes);
        add_vector(output, message->body_data + (begin - message->prefix_bytes), end - begin);
    }
    message->cut_bytes = end;
    if (size == left)
        frame->ends = g_queue_pop_head(&lane->messages);
    return WIRE_FRAME_HEADER_BYTES + size;
}

static void fill_batch(struct link_output *output)
{
    size_t bytes = 0;
    while (output->frame_count < BATCH_FRAMES && bytes < BATCH_BYTES) {
        if (!g_queue_is_empty(&output->control.messages)) {
            bytes += cut_frame(output, &output->control);
            continue;
        }
        GList *turn = g_queue_peek_head_link(&output->turns);
        if (!turn)
            return;
        struct lane *lane = turn->data;
        bytes += cut_frame(output, lane);
        if (g_queue_is_empty(&lane->messages)) {
            remove_lane(output, lane);
        } else {
            g_queue_unlink(&output->turns, turn);
            g_queue_push_tail_link(&output->turns, turn);
        }
    }
}

const GOutputVector *link_output_peek(struct link_output *output, size_t *count)
{
    if (output->vector_next == output->vector_count) {
        output->vector_next = output->vector_count = output->frame_count = 0;
        fill_batch(output);
    }
    *count = output->vector_count - output->vector_next;
    return output->vectors + output->vector_next;
}

static void batch_done(struct link_output *output)
{
    for (size_t i = 0; i < output->frame_count; i++) {
        struct frame *frame = &output->frames[i];
        if (frame->control)
            output->control_bytes -= frame->payload_bytes;
        else
            output->data_bytes -= frame->payload_bytes;
        message_free(frame->ends);
    }
    output->vector_next = output->vector_count = output->frame_count = 0;
}

void link_output_written(struct link_output *output, size_t bytes)
{
    while (bytes > 0) {
        g_assert(output->vector_next < output->vector_count);
        GOutputVector *vector = &output->vectors[output->vector_next];
        if (bytes < vector->size) {
            vector->buffer = (const uint8_t *)vector->buffer + bytes;
            vector->size -= bytes;
            return;
        }
        bytes -= vector->size;
        output->vector_next++;
    }
    if (output->vector_next == output->vector_count)
        batch_done(output);
}

size_t link_output_control_bytes(const struct link_output *output)
{
    return output->control_bytes;
}

size_t link_output_data_bytes(const struct link_output *output)
{
    return output->data_bytes;
}
