/* RTP packets of one video stream to units. Belongs to one thread. No clock, no socket: the same
 * packets always make the same units. */
#pragma once
#include "rtsp/rtp.h"
#include "stream/unit.h"

/* Pieces of the picture under assembly that still lie in the block just read. One for a thread: it
 * serves the assembler whose block is being read, which settles before the block is reused. */
struct assembler_scratch;
struct assembler_scratch *assembler_scratch_create(void);
void assembler_scratch_destroy(struct assembler_scratch *scratch);

struct assembler_config {
    enum codec codec;
    unsigned payload_type;
    unsigned clock_hz;
    const GByteArray *parameters; /* from the description; copied; may be NULL */
    bool ssrc_known;
    uint32_t ssrc;
    size_t max_unit_bytes;
    /* Takes the unit. */
    void (*unit)(struct unit *unit, gpointer user);
    gpointer user;
};

struct assembler_counts {
    guint64 packets, strangers, lost_packets, malformed, oversized, units;
};

struct assembler;
struct assembler *assembler_create(const struct assembler_config *config);
void assembler_destroy(struct assembler *assembler);

/* One packet, in order (reordering is the caller's). Its payload must stay until the next settle.
 */
void assembler_push(struct assembler *assembler, struct assembler_scratch *scratch,
                    const struct rtp *rtp, int64_t wall_us);

/* By how much our wall clock is before the monotonic one, for packets from now on; 0 until told.
 * Times of decoding follow the latter, because somebody may set the former. */
void assembler_set_ahead(struct assembler *assembler, int64_t ahead_us);

/* The block is about to be reused: what belongs to an unfinished picture is copied. */
void assembler_settle(struct assembler *assembler, struct assembler_scratch *scratch);

const struct assembler_counts *assembler_counts(const struct assembler *assembler);

/* It is used soon: fetches it into the cache. */
void assembler_prefetch(const struct assembler *assembler);

/* Is `ssrc` the source of the stream, as far as is known? */
bool assembler_is_source(const struct assembler *assembler, uint32_t ssrc);
