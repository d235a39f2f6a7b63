#include "rtsp/assembler.h"
#include "rtsp/depay.h"
#include "rtsp/timeline.h"
#include "stream/annexb.h"
#include "stream/bits.h"
#include "stream/parameters.h"
#include <string.h>

enum { STRANGERS_BEFORE_SWITCH = 50, HEAD_BYTES = 6, FORMAT_REFS = 256 };
enum { H264_IDR = 5, H264_SEI = 6, H265_BLA = 16, H265_CRA = 21, H265_RADL = 6, H265_RASL = 8 };

struct slice {
    const uint8_t *data;
    uint32_t size;
    uint8_t head_size; /* start code and header before data */
    uint8_t head[HEAD_BYTES + 1];
};

struct assembler_scratch {
    GArray *slices; /* of struct slice */
    size_t bytes;
    GByteArray *whole; /* a keyframe in one piece, while its parameter sets are looked at */
};

struct assembler {
    /* --- immutable */
    enum codec codec;
    size_t max_unit_bytes;
    void (*unit)(struct unit *unit, gpointer user);
    gpointer user;
    /* --- the owner's thread */
    struct parameters *parameters;
    struct stream_format *format; /* as of the newest keyframe */
    int format_refs;              /* held for the units to come, beside our own */
    struct timeline timeline;
    struct assembler_counts counts;
    /* who speaks */
    unsigned payload_type;
    bool ssrc_known;
    uint32_t ssrc;
    unsigned strangers;
    bool sequence_known;
    uint16_t next_sequence;
    /* between units */
    bool wait_keyframe, gap;
    bool skip_leading; /* H.265: pictures that lean on what lay before a CRA */
    bool marker_lies;  /* set on each slice: units are told apart by what begins them */
    bool just_closed;  /* by a marker */
    uint32_t newest_timestamp;
    int64_t ahead_us;
    /* the unit under assembly */
    bool open;
    uint32_t timestamp;
    int64_t wall_us, mono_us;
    bool in_nal, has_picture, has_parameters, keyframe, recovery_point, leading, trailing;
    bool damaged;      /* its first slice is missing */
    GByteArray *carry; /* its bytes of earlier blocks, Annex B; NULL when none */
};

/* --- scratch */

struct assembler_scratch *assembler_scratch_create(void)
{
    struct assembler_scratch *scratch = g_new0(struct assembler_scratch, 1);
    scratch->slices = g_array_sized_new(FALSE, FALSE, sizeof(struct slice), 256);
    scratch->whole = g_byte_array_new();
    return scratch;
}

void assembler_scratch_destroy(struct assembler_scratch *scratch)
{
    if (!scratch)
        return;
    g_array_unref(scratch->slices);
    g_byte_array_unref(scratch->whole);
    g_free(scratch);
}

static void scratch_clear(struct assembler_scratch *scratch)
{
    g_array_set_size(scratch->slices, 0);
    scratch->bytes = 0;
}

static uint8_t *scratch_write(const struct assembler_scratch *scratch, uint8_t *out)
{
    const struct slice *slices = (const struct slice *)(const void *)scratch->slices->data;
    for (guint i = 0; i < scratch->slices->len; i++) {
        memcpy(out, slices[i].head, slices[i].head_size);
        out += slices[i].head_size;
        memcpy(out, slices[i].data, slices[i].size);
        out += slices[i].size;
    }
    return out;
}

/* --- life */

struct assembler *assembler_create(const struct assembler_config *config)
{
    struct assembler *assembler = g_new0(struct assembler, 1);
    assembler->codec = config->codec;
    assembler->max_unit_bytes = config->max_unit_bytes;
    assembler->unit = config->unit;
    assembler->user = config->user;
    assembler->payload_type = config->payload_type;
    assembler->ssrc_known = config->ssrc_known;
    assembler->ssrc = config->ssrc;
    assembler->wait_keyframe = true;
    assembler->parameters = parameters_create(config->codec);
    if (config->parameters)
        parameters_take(assembler->parameters, config->parameters->data, config->parameters->len);
    timeline_init(&assembler->timeline, config->clock_hz);
    return assembler;
}

/* Takes `format`, NULL for none. */
static void set_format(struct assembler *assembler, struct stream_format *format)
{
    if (assembler->format)
        stream_format_unref_many(assembler->format, assembler->format_refs + 1);
    assembler->format = format;
    assembler->format_refs = 0;
}

/* A reference for a unit. Each locked instruction waits until the unit before has been written to
 * memory that left the cache long ago: so they are taken many at once. */
static struct stream_format *format_for_unit(struct assembler *assembler)
{
    if (!assembler->format_refs) {
        stream_format_ref_many(assembler->format, FORMAT_REFS);
        assembler->format_refs = FORMAT_REFS;
    }
    assembler->format_refs--;
    return assembler->format;
}

void assembler_destroy(struct assembler *assembler)
{
    if (!assembler)
        return;
    parameters_destroy(assembler->parameters);
    set_format(assembler, NULL);
    g_clear_pointer(&assembler->carry, g_byte_array_unref);
    g_free(assembler);
}

const struct assembler_counts *assembler_counts(const struct assembler *assembler)
{
    return &assembler->counts;
}

void assembler_prefetch(const struct assembler *assembler)
{
    for (size_t at = 0; at < sizeof *assembler; at += 64)
        __builtin_prefetch((const char *)assembler + at, 1);
}

bool assembler_is_source(const struct assembler *assembler, uint32_t ssrc)
{
    return !assembler->ssrc_known || assembler->ssrc == ssrc;
}

/* --- the unit under assembly */

static void unit_forget(struct assembler *assembler, struct assembler_scratch *scratch)
{
    scratch_clear(scratch);
    g_clear_pointer(&assembler->carry, g_byte_array_unref);
    assembler->open = assembler->in_nal = assembler->has_picture = false;
    assembler->has_parameters = assembler->keyframe = assembler->recovery_point = false;
    assembler->leading = assembler->trailing = assembler->damaged = false;
}

/* Something is missing: nothing may be shown before the next keyframe. */
static void lose(struct assembler *assembler, struct assembler_scratch *scratch)
{
    unit_forget(assembler, scratch);
    assembler->wait_keyframe = true;
    assembler->gap = true;
    timeline_restart(&assembler->timeline);
}

static size_t unit_bytes(const struct assembler *assembler, const struct assembler_scratch *scratch)
{
    return (assembler->carry ? assembler->carry->len : 0) + scratch->bytes;
}

static void unit_write(const struct assembler *assembler, const struct assembler_scratch *scratch,
                       uint8_t *out)
{
    if (assembler->carry) {
        memcpy(out, assembler->carry->data, assembler->carry->len);
        out += assembler->carry->len;
    }
    scratch_write(scratch, out);
}

/* Returned: how many parameter sets the unit has. */
static unsigned learn_parameters(struct assembler *assembler, struct assembler_scratch *scratch)
{
    GByteArray *whole = scratch->whole;
    g_byte_array_set_size(whole, (guint)unit_bytes(assembler, scratch));
    unit_write(assembler, scratch, whole->data);
    return parameters_take(assembler->parameters, whole->data, whole->len);
}

/* A unit that begins a group: its parameter sets are put in front when it lacks some. */
static struct unit *build_keyframe(struct assembler *assembler, struct assembler_scratch *scratch)
{
    unsigned inside = 0;
    if (assembler->has_parameters || parameters_ambiguous(assembler->parameters))
        inside = learn_parameters(assembler, scratch);
    int reorder_units;
    struct stream_format *format = parameters_format(assembler->parameters, &reorder_units);
    if (!format)
        return NULL;
    timeline_set_reorder(&assembler->timeline, reorder_units);
    const GByteArray *sets = parameters_bytes(assembler->parameters);
    size_t front = inside < parameters_count(assembler->parameters) ? sets->len : 0;
    if (format == assembler->format)
        stream_format_unref(format);
    else
        set_format(assembler, format);
    size_t size = front + unit_bytes(assembler, scratch);
    struct unit *unit = unit_create_taking(size, format_for_unit(assembler));
    if (front)
        memcpy(unit->data, sets->data, front);
    unit_write(assembler, scratch, unit->data + front);
    unit->keyframe = true;
    return unit;
}

static struct unit *build_delta(struct assembler *assembler, struct assembler_scratch *scratch)
{
    struct unit *unit =
        unit_create_taking(unit_bytes(assembler, scratch), format_for_unit(assembler));
    unit_write(assembler, scratch, unit->data);
    return unit;
}

/* Pictures that refer to what lay before the CRA we began at cannot be decoded (H.265 §8.1.3). */
static bool is_useless_leading(struct assembler *assembler)
{
    if (assembler->trailing)
        assembler->skip_leading = false;
    return assembler->skip_leading && assembler->leading;
}

static void unit_finish(struct assembler *assembler, struct assembler_scratch *scratch)
{
    bool key = assembler->keyframe && !assembler->damaged;
    struct unit *unit = NULL;
    assembler->keyframe = key;
    if (key)
        unit = build_keyframe(assembler, scratch);
    else if (assembler->has_parameters) /* known for the next keyframe */
        learn_parameters(assembler, scratch);
    if (assembler->has_picture && !key && !assembler->wait_keyframe &&
        !is_useless_leading(assembler))
        unit = build_delta(assembler, scratch);
    if (unit && !timeline_next(&assembler->timeline, assembler->timestamp, assembler->mono_us,
                               &unit->pts_us, &unit->dts_us)) {
        unit_unref(unit);
        lose(assembler, scratch);
        return;
    }
    if (unit) {
        if (key)
            assembler->wait_keyframe = false;
        unit->wall_us = assembler->wall_us;
        unit->gap = assembler->gap;
        assembler->gap = false;
        assembler->counts.units++;
        assembler->unit(unit, assembler->user);
    }
    unit_forget(assembler, scratch);
}

/* --- NAL units */

/* Does a recovery point message say that pictures are right from here on (H.264 §D.2.7)? */
static bool sei_is_recovery_point(const uint8_t *nal, size_t size)
{
    for (size_t at = 1; at + 2 < size;) {
        unsigned type = 0, length = 0;
        while (at < size && nal[at] == 255)
            type += nal[at++];
        type += at < size ? nal[at++] : 0;
        while (at < size && nal[at] == 255)
            length += nal[at++];
        length += at < size ? nal[at++] : 0;
        if (type == 6)
            return at < size && (nal[at] & 0x80);
        at += length;
    }
    return false;
}

static bool slice_is_intra(const uint8_t *nal, size_t size)
{
    uint8_t rbsp[16];
    struct bits bits = {.data = rbsp,
                        .size_bits = bits_unescape(nal + 1, size - 1, rbsp, sizeof rbsp) * 8};
    bits_ue(&bits);
    uint32_t type = bits_ue(&bits);
    return !bits.overrun && (type % 5 == 2 || type % 5 == 4);
}

static void note_h264(struct assembler *assembler, const struct nal_piece *piece)
{
    /* without the header when it was a fragment: then `data` begins one byte later */
    const uint8_t *nal = piece->head_size ? piece->data - 1 : piece->data;
    size_t size = piece->size + piece->head_size;
    if (piece->type == H264_SEI && size > 2)
        assembler->recovery_point |= sei_is_recovery_point(nal, size);
    else if (piece->type == H264_IDR)
        assembler->keyframe = true;
    else if (piece->type == 1 && assembler->recovery_point && size > 2)
        assembler->keyframe |= slice_is_intra(nal, size);
}

static void note_h265(struct assembler *assembler, uint8_t type)
{
    if (type >= H265_BLA && type <= H265_CRA) {
        assembler->keyframe = true;
        if (assembler->wait_keyframe && (type == H265_CRA || type < 19))
            assembler->skip_leading = true;
    } else if (type == H265_RASL || type == H265_RASL + 1) {
        assembler->leading = true;
    } else if (type < H265_RADL) {
        assembler->trailing = true;
    }
}

static bool begins_picture(const struct assembler *assembler, const struct nal_piece *piece)
{
    size_t at = assembler->codec == CODEC_H264 ? 1 : 2;
    at -= piece->head_size;
    return piece->size > at && (piece->data[at] & 0x80);
}

/* Some cameras set the marker on each slice. Told by a slice that goes on in a picture just closed.
 */
static bool goes_on_in_closed(struct assembler *assembler, const struct nal_piece *piece,
                              uint32_t timestamp)
{
    return assembler->just_closed && timestamp == assembler->newest_timestamp &&
           nal_is_picture(assembler->codec, piece->type) && !begins_picture(assembler, piece);
}

/* Annex B inside RTP: units that follow the first one in the same payload. */
static void note_hidden_units(struct assembler *assembler, const struct nal_piece *piece)
{
    size_t offset = 0, size;
    const uint8_t *nal;
    while (annexb_next(piece->data, piece->size, &offset, &nal, &size)) {
        struct nal_piece hidden = {
            .data = nal, .size = size, .begins = true, .type = nal_type(assembler->codec, nal)};
        if (nal_is_parameter_set(assembler->codec, hidden.type))
            assembler->has_parameters = true;
        if (nal_is_picture(assembler->codec, hidden.type)) {
            assembler->has_picture = true;
            if (assembler->codec == CODEC_H264)
                note_h264(assembler, &hidden);
            else
                note_h265(assembler, hidden.type);
            return;
        }
    }
}

static void note_begin(struct assembler *assembler, const struct nal_piece *piece)
{
    bool picture = nal_is_picture(assembler->codec, piece->type);
    if (nal_is_parameter_set(assembler->codec, piece->type))
        assembler->has_parameters = true;
    if (picture && !assembler->has_picture && assembler->wait_keyframe)
        assembler->damaged = !begins_picture(assembler, piece);
    assembler->has_picture |= picture;
    if (assembler->codec == CODEC_H264)
        note_h264(assembler, piece);
    else
        note_h265(assembler, piece->type);
    if (!picture)
        note_hidden_units(assembler, piece);
}

static void add_slice(struct assembler_scratch *scratch, const struct nal_piece *piece)
{
    struct slice slice = {.data = piece->data, .size = (uint32_t)piece->size};
    if (piece->begins) {
        memcpy(slice.head, "\0\0\0\1", 4);
        memcpy(slice.head + 4, piece->head, piece->head_size);
        slice.head_size = (uint8_t)(4 + piece->head_size);
    }
    scratch->bytes += slice.head_size + slice.size;
    g_array_append_val(scratch->slices, slice);
}

/* false: the unit cannot be completed any more. */
static bool add_piece(struct assembler *assembler, struct assembler_scratch *scratch,
                      const struct nal_piece *piece, uint32_t timestamp)
{
    if (piece->begins) {
        if (goes_on_in_closed(assembler, piece, timestamp)) {
            assembler->marker_lies = true;
            return false;
        }
        if (assembler->marker_lies && assembler->has_picture &&
            nal_is_picture(assembler->codec, piece->type) && begins_picture(assembler, piece))
            unit_finish(assembler, scratch);
        note_begin(assembler, piece);
    } else if (!assembler->in_nal) {
        return assembler->wait_keyframe; /* its beginning never came */
    }
    assembler->just_closed = false;
    assembler->open = true;
    assembler->in_nal = !piece->ends;
    add_slice(scratch, piece);
    if (unit_bytes(assembler, scratch) <= assembler->max_unit_bytes)
        return true;
    assembler->counts.oversized++;
    return false;
}

/* --- packets */

/* Packets of another source or type: some servers go on sending a stale session into the next one.
 * When nothing but them comes, they are the stream. */
static bool is_stranger(struct assembler *assembler, struct assembler_scratch *scratch,
                        const struct rtp *rtp)
{
    bool known = assembler->ssrc_known && rtp->ssrc == assembler->ssrc;
    if (known && rtp->type == assembler->payload_type) {
        assembler->strangers = 0;
        return false;
    }
    if (!assembler->ssrc_known && rtp->type == assembler->payload_type) {
        assembler->ssrc_known = true;
        assembler->ssrc = rtp->ssrc;
        return false;
    }
    assembler->counts.strangers++;
    if (++assembler->strangers < STRANGERS_BEFORE_SWITCH)
        return true;
    assembler->ssrc_known = true;
    assembler->ssrc = rtp->ssrc;
    assembler->payload_type = rtp->type;
    assembler->strangers = 0;
    assembler->sequence_known = false;
    lose(assembler, scratch);
    return false;
}

/* false: a packet that came before. */
static bool check_sequence(struct assembler *assembler, struct assembler_scratch *scratch,
                           uint16_t sequence)
{
    if (assembler->sequence_known && sequence != assembler->next_sequence) {
        int16_t ahead = (int16_t)(sequence - assembler->next_sequence);
        if (ahead < 0 && ahead > -256)
            return false;
        assembler->counts.lost_packets += ahead > 0 ? (guint64)ahead : 1;
        lose(assembler, scratch);
    }
    assembler->sequence_known = true;
    assembler->next_sequence = (uint16_t)(sequence + 1);
    return true;
}

void assembler_set_ahead(struct assembler *assembler, int64_t ahead_us)
{
    assembler->ahead_us = ahead_us;
}

void assembler_push(struct assembler *assembler, struct assembler_scratch *scratch,
                    const struct rtp *rtp, int64_t wall_us)
{
    if (is_stranger(assembler, scratch, rtp) || !check_sequence(assembler, scratch, rtp->sequence))
        return;
    assembler->counts.packets++;
    if (assembler->open && rtp->timestamp != assembler->timestamp)
        unit_finish(assembler, scratch);
    struct nal_piece pieces[DEPAY_MAX_PIECES];
    int count = assembler->codec == CODEC_H264 ? h264_depay(rtp->payload, rtp->size, pieces)
                                               : h265_depay(rtp->payload, rtp->size, pieces);
    if (count < 0) {
        assembler->counts.malformed++;
        lose(assembler, scratch);
    }
    for (int i = 0; i < count; i++) {
        if (!add_piece(assembler, scratch, &pieces[i], rtp->timestamp)) {
            assembler->counts.malformed++;
            lose(assembler, scratch);
        }
        assembler->timestamp = rtp->timestamp;
    }
    assembler->newest_timestamp = rtp->timestamp;
    assembler->wall_us = wall_us;
    assembler->mono_us = wall_us - assembler->ahead_us;
    if (rtp->marker && !assembler->marker_lies && assembler->open) {
        unit_finish(assembler, scratch);
        assembler->just_closed = true;
    }
}

void assembler_settle(struct assembler *assembler, struct assembler_scratch *scratch)
{
    if (!scratch->slices->len)
        return;
    guint had = assembler->carry ? assembler->carry->len : 0;
    if (!assembler->carry)
        assembler->carry = g_byte_array_sized_new((guint)MAX(scratch->bytes, 4096));
    g_byte_array_set_size(assembler->carry, had + (guint)scratch->bytes);
    scratch_write(scratch, assembler->carry->data + had);
    scratch_clear(scratch);
}
