/* Private to common: bytes of a media link in, whole messages out. Pure but for its memory. */
#pragma once
#include "common/wire.h"

/* Bounds of what a peer can make us hold. */
#define LINK_MESSAGE_MAX_BYTES  (32U << 20)
#define LINK_ASSEMBLY_MAX_BYTES (64U << 20) /* all unfinished messages together */
#define LINK_ASSEMBLY_MAX_COUNT 4096U

/* `message` is borrowed. Returning false ends link_input_feed(): the input may be gone. */
typedef bool (*link_message_fn)(enum wire_kind kind, uint32_t channel, GBytes *message,
                                gpointer user);

struct link_input;
struct link_input *link_input_create(link_message_fn deliver, gpointer user);
void link_input_destroy(struct link_input *input);

/* Consumes whole frames at the start of `data` and returns their size; the rest (less than one
 * frame) is to be fed again with what follows it. NULL in *broken: fine; else the broken rule,
 * static text, and the connection has to end. */
size_t link_input_feed(struct link_input *input, const uint8_t *data, size_t size,
                       const char **broken);
