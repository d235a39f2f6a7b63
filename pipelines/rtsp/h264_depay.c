#include "rtsp/depay.h"
#include "stream/annexb.h"

enum { STAP_A = 24, FU_A = 28 };

static int depay_single(const uint8_t *payload, size_t size, struct nal_piece *piece)
{
    /* cameras that put Annex B into RTP: the start code goes, units inside keep theirs */
    size_t code = annexb_start_code(payload, size);
    if (code == size)
        return 0;
    *piece = (struct nal_piece){.data = payload + code,
                                .size = size - code,
                                .begins = true,
                                .ends = true,
                                .type = payload[code] & 0x1f};
    return 1;
}

static int depay_stap(const uint8_t *payload, size_t size, struct nal_piece pieces[])
{
    int count = 0;
    for (size_t at = 1; at + 2 <= size && count < DEPAY_MAX_PIECES;) {
        size_t nal_size = (size_t)payload[at] << 8 | payload[at + 1];
        at += 2;
        if (nal_size == 0)
            continue; /* padding seen in the field */
        if (nal_size > size - at)
            return -1;
        count += depay_single(payload + at, nal_size, &pieces[count]);
        at += nal_size;
    }
    return count;
}

/* Annex B that was cut into fragments whole: the first byte of its start code was taken for the NAL
 * unit's header. Returned: bytes before the real one, 0 when this is none. */
static size_t hidden_code(const uint8_t *data, size_t size, unsigned type)
{
    if (type == 0 && size > 2 && data[0] == 0 && data[1] == 1)
        return 2;
    size_t code = annexb_start_code(data, size);
    return code < size ? code : 0;
}

static int depay_fragment(const uint8_t *payload, size_t size, struct nal_piece *piece)
{
    if (size < 2)
        return -1;
    uint8_t head = payload[1];
    bool begins = head & 0x80, ends = head & 0x40; /* 0x20 is reserved, set by some cameras */
    if (size == 2 && !begins && !ends)
        return 0;
    *piece = (struct nal_piece){
        .data = payload + 2, .size = size - 2, .begins = begins, .ends = ends, .type = head & 0x1f};
    if (begins) {
        size_t code = hidden_code(piece->data, piece->size, piece->type);
        if (code) {
            piece->data += code;
            piece->size -= code;
            piece->type = piece->data[0] & 0x1f;
        } else {
            piece->head[0] = (uint8_t)((payload[0] & 0xe0) | (head & 0x1f));
            piece->head_size = 1;
        }
    }
    return 1;
}

int h264_depay(const uint8_t *payload, size_t size, struct nal_piece pieces[DEPAY_MAX_PIECES])
{
    if (size == 0)
        return 0;
    uint8_t type = payload[0] & 0x1f;
    if (type == STAP_A)
        return depay_stap(payload, size, pieces);
    if (type == FU_A)
        return depay_fragment(payload, size, &pieces[0]);
    if (type > STAP_A)
        return -1; /* STAP-B, MTAP, FU-B: interleaved mode, which nobody was asked for */
    return depay_single(payload, size, &pieces[0]);
}
