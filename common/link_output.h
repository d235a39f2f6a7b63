/* Private to common: what waits to be written on a media link, and the cutting of it into frames.
 * Control (and credit) goes before data; channels with data take turns frame by frame. Bodies are
 * never copied. No I/O. */
#pragma once
#include "common/wire.h"
#include <gio/gio.h>

struct link_output;
struct link_output *link_output_create(void);
void link_output_destroy(struct link_output *output);

/* Queues `prefix` (copied) + `body` (reference taken, may be NULL) as one message. */
void link_output_push(struct link_output *output, enum wire_kind kind, uint32_t channel,
                      const uint8_t *prefix, size_t prefix_bytes, GBytes *body);

/* Drops messages of this kind and channel of which nothing was handed out. */
void link_output_cancel(struct link_output *output, enum wire_kind kind, uint32_t channel);

/* What to write next: the same bytes until link_output_written() moves on. *count 0: nothing waits.
 */
const GOutputVector *link_output_peek(struct link_output *output, size_t *count);
void link_output_written(struct link_output *output, size_t bytes);

/* Payload bytes that wait, handed out but unwritten ones included. */
size_t link_output_control_bytes(const struct link_output *output);
size_t link_output_data_bytes(const struct link_output *output);
