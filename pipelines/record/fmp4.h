/* Fragmented MP4 from units, without re-encoding (libavformat). What a browser's Media Source gets
 * and what GET …/live.mp4 sends. H.264 as avc1, H.265 as hvc1: parameter sets stand in the init
 * piece and are taken out of the samples, as ISO/IEC 14496-15 wants for these names.
 *
 * One piece per unit: `moof`+`mdat` with one sample, handed out in the call that wrote the unit, so
 * that the muxer adds no delay. Costs about 110 bytes a unit. Decode times are those of the units,
 * on a timeline that begins at 0 with the first unit, never goes back and goes on across a new init
 * piece: when the camera's clock jumps (back, or more than 10 s ahead) our receive time bridges it.
 * Not thread-safe: one thread at a time. */
#pragma once
#include "stream/unit.h"

struct fmp4;

#define FMP4_ERROR (g_quark_from_static_string("townwall-fmp4"))

enum {
    FMP4_KEY = 1,  /* the values of WIRE_UNIT_KEY, WIRE_UNIT_INIT and WIRE_UNIT_GAP */
    FMP4_INIT = 2, /* ftyp+moov: first, and again whenever codec, size or parameter sets change */
    FMP4_GAP = 4,
};

struct fmp4_piece {
    unsigned flags;               /* FMP4_… */
    int64_t pts_us, dts_us;       /* on the MP4's timeline */
    int64_t wall_us;              /* of the unit */
    struct stream_format *format; /* borrowed; of the unit */
    GBytes *data;                 /* borrowed; take a reference to keep it */
};
typedef void (*fmp4_sink_fn)(const struct fmp4_piece *piece, gpointer user);

/* `sink` is called inside fmp4_write(). */
struct fmp4 *fmp4_create(fmp4_sink_fn sink, gpointer user);
void fmp4_destroy(struct fmp4 *fmp4); /* NULL is fine */

/* Writes one unit (borrowed). Units before the first keyframe are left out. false: the unit cannot
 * be muxed (no format, no parameter sets, bad NAL units); nothing was handed out and the muxer goes
 * on with the next keyframe. */
bool fmp4_write(struct fmp4 *fmp4, struct unit *unit, GError **error);

guint64 fmp4_bytes(const struct fmp4 *fmp4); /* handed out so far */
