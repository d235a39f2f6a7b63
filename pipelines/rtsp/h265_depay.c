#include "rtsp/depay.h"
#include "stream/annexb.h"

enum { AP = 48, FU = 49, PACI = 50 };

static int depay_single(const uint8_t *payload, size_t size, struct nal_piece *piece)
{
    size_t code = annexb_start_code(payload, size);
    if (size - code < 2)
        return 0;
    *piece = (struct nal_piece){.data = payload + code,
                                .size = size - code,
                                .begins = true,
                                .ends = true,
                                .type = payload[code] >> 1 & 0x3f};
    return 1;
}

static int depay_aggregate(const uint8_t *payload, size_t size, struct nal_piece pieces[])
{
    int count = 0;
    for (size_t at = 2; at + 2 <= size && count < DEPAY_MAX_PIECES;) {
        size_t nal_size = (size_t)payload[at] << 8 | payload[at + 1];
        at += 2;
        if (nal_size == 0)
            continue;
        if (nal_size > size - at)
            return -1;
        count += depay_single(payload + at, nal_size, &pieces[count]);
        at += nal_size;
    }
    return count;
}

/* Annex B that was cut into fragments whole: its first two zeros were taken for the NAL unit's
 * header. Returned: bytes before the real one, 0 when this is none. */
static size_t hidden_code(const uint8_t *payload, size_t size)
{
    if (payload[1] || payload[2] & 0x3f)
        return 0;
    size_t code = size > 3 && payload[3] == 1                  ? 1
                  : size > 4 && !payload[3] && payload[4] == 1 ? 2
                                                               : 0;
    return code && size - 3 >= code + 2 ? code : 0;
}

static int depay_fragment(const uint8_t *payload, size_t size, struct nal_piece *piece)
{
    if (size < 3)
        return -1;
    uint8_t head = payload[2];
    bool begins = head & 0x80, ends = head & 0x40;
    if (size == 3 && !begins && !ends)
        return 0;
    *piece = (struct nal_piece){
        .data = payload + 3, .size = size - 3, .begins = begins, .ends = ends, .type = head & 0x3f};
    size_t code = begins ? hidden_code(payload, size) : 0;
    if (code) {
        piece->data += code;
        piece->size -= code;
        piece->type = piece->data[0] >> 1 & 0x3f;
    } else if (begins) {
        piece->head[0] = (uint8_t)((payload[0] & 0x81) | (head & 0x3f) << 1);
        piece->head[1] = payload[1];
        piece->head_size = 2;
    }
    return 1;
}

int h265_depay(const uint8_t *payload, size_t size, struct nal_piece pieces[DEPAY_MAX_PIECES])
{
    if (size < 2)
        return size ? -1 : 0;
    uint8_t type = payload[0] >> 1 & 0x3f;
    if (type == AP)
        return depay_aggregate(payload, size, pieces);
    if (type == FU)
        return depay_fragment(payload, size, &pieces[0]);
    if (type == PACI)
        return 0;
    return depay_single(payload, size, &pieces[0]);
}
