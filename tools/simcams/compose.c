#include "simcams/compose.h"
#include "simcams/client.h"
#include "simcams/media.h"
#include "simcams/wrong_sets.h"
#include "stamp/stamp.h"
#include <string.h>

static size_t put_packets(struct server *server, struct client *client, uint32_t first,
                          uint32_t count, uint32_t timestamp)
{
    const struct clip *clip = client->clip;
    const uint32_t begin = clip_packet_start(clip, first);
    for (uint32_t i = first; i < first + count; i++) {
        const uint32_t start = clip_packet_start(clip, i);
        media_put_packet(server, client, clip->bytes->data + start,
                         clip_packet_start(clip, i + 1) - start, timestamp);
    }
    return clip_packet_start(clip, first + count) - begin;
}

/* The packets of a keyframe; faults that concern parameter sets change those on their way. */
static size_t put_key_packets(struct server *server, struct client *client, uint32_t first,
                              uint32_t count, uint32_t timestamp)
{
    enum { SET_MAX_BYTES = PACKET_HEAD_BYTES + PAYLOAD_MAX_BYTES };
    const struct faults *faults = &client->camera->faults;
    const struct clip *clip = client->clip;
    const bool change = fault_active(faults, FAULT_PARAMETERS);
    const bool garble = fault_active(faults, FAULT_GARBLE);
    if (!change && !garble)
        return put_packets(server, client, first, count, timestamp);
    const uint32_t begin = clip_packet_start(clip, first);
    for (uint32_t i = first; i < first + count; i++) {
        uint8_t packet[SET_MAX_BYTES];
        const uint32_t start = clip_packet_start(clip, i);
        const size_t size_bytes = clip_packet_start(clip, i + 1) - start;
        memcpy(packet, clip->bytes->data + start, size_bytes);
        uint8_t *nal = packet + PACKET_HEAD_BYTES;
        if (change)
            wrong_sets_change(clip->codec, nal, size_bytes - PACKET_HEAD_BYTES);
        if (garble)
            wrong_sets_garble(clip->codec, nal, size_bytes - PACKET_HEAD_BYTES);
        media_put_packet(server, client, packet, size_bytes, timestamp);
    }
    return clip_packet_start(clip, first + count) - begin;
}

/* A generated NAL unit, in as many packets as it takes. */
static void put_nal(struct server *server, struct client *client, const uint8_t *nal,
                    size_t size_bytes, bool marker, uint32_t timestamp)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    packetise_nal(bytes, starts, client->clip->codec, nal, size_bytes, marker);
    for (guint i = 0; i < starts->len; i++) {
        const uint32_t start = g_array_index(starts, uint32_t, i);
        const uint32_t end =
            i + 1 < starts->len ? g_array_index(starts, uint32_t, i + 1) : bytes->len;
        media_put_packet(server, client, bytes->data + start, end - start, timestamp);
    }
}

static const struct slice_head *head_of(const struct client *client, const struct picture *picture)
{
    const struct clip *clip = client->clip;
    const struct picture *pictures = (const struct picture *)(void *)clip->pictures->data;
    return &g_array_index(clip->heads, struct slice_head, picture - pictures);
}

/* Fault "oversize" (returns its bytes): user data that blows the keyframe up (H.264 D.1.7, H.265
 * D.2.7). */
static size_t put_ballast(struct server *server, struct client *client, uint32_t timestamp)
{
    const size_t ballast_bytes = (size_t)client->camera->faults.value[FAULT_OVERSIZE];
    g_autoptr(GByteArray) nal = g_byte_array_new();
    if (client->clip->codec == CODEC_H264)
        g_byte_array_append(nal, (const uint8_t[]){6, 5}, 2);
    else
        g_byte_array_append(nal, (const uint8_t[]){39 << 1, 1, 5}, 3);
    const guint head_bytes = nal->len;
    const guint size_bytes = (guint)(ballast_bytes / 255);
    g_byte_array_set_size(nal, head_bytes + size_bytes + 1 + (guint)ballast_bytes + 1);
    memset(nal->data + head_bytes, 0xff, size_bytes);
    nal->data[head_bytes + size_bytes] = (uint8_t)(ballast_bytes % 255);
    memset(nal->data + head_bytes + size_bytes + 1, 0x5a, ballast_bytes);
    nal->data[nal->len - 1] = 0x80;
    put_nal(server, client, nal->data, nal->len, false, timestamp);
    return nal->len;
}

/* Decides, at a keyframe, what the client sees until the next one. */
static void choose_show(struct client *client, const struct picture *picture)
{
    const struct faults *faults = &client->camera->faults;
    const enum client_show before = client->show;
    client->show = SHOW_CLIP;
    if (client->clip->stamper && fault_active(faults, FAULT_BLACK))
        client->show = SHOW_BLACK;
    else if (client->clip->stamper && fault_active(faults, FAULT_FREEZE))
        client->show = SHOW_FROZEN;
    if (client->show == SHOW_FROZEN && before != SHOW_FROZEN) {
        client->frozen = picture;
        client->frozen_cells = 0;
    }
}

/* What the top row says: who and when, or, frozen, when it froze. */
static uint64_t choose_cells(const struct server *server, struct client *client)
{
    const uint32_t time_ms = (uint32_t)((uint64_t)server->wall_us / 1000);
    const uint64_t cells = stamp_bits(client->camera->number, time_ms);
    if (client->show != SHOW_FROZEN)
        return cells;
    if (!client->frozen_cells)
        client->frozen_cells = cells;
    return client->frozen_cells;
}

static size_t put_keyframe(struct server *server, struct client *client,
                           const struct picture *picture, uint32_t timestamp)
{
    const struct clip *clip = client->clip;
    choose_show(client, picture);
    if (client->show == SHOW_FROZEN)
        picture = client->frozen;
    const uint32_t first = picture->first_packet;
    size_t size_bytes = put_key_packets(server, client, first, picture->before_stamp, timestamp);
    if (fault_active(&client->camera->faults, FAULT_OVERSIZE))
        size_bytes += put_ballast(server, client, timestamp);
    uint8_t nal[SLICE_MAX_BYTES];
    if (clip->stamper) {
        const size_t stamp_bytes = stamper_stamp(clip->stamper, head_of(client, picture),
                                                 choose_cells(server, client), nal);
        put_nal(server, client, nal, stamp_bytes, false, timestamp);
        size_bytes += stamp_bytes;
    }
    if (client->show == SHOW_BLACK) {
        const size_t black_bytes = stamper_black(clip->stamper, head_of(client, picture), nal);
        put_nal(server, client, nal, black_bytes, true, timestamp);
        return size_bytes + black_bytes;
    }
    return size_bytes + put_key_packets(server, client, first + picture->before_stamp,
                                        picture->packet_count - picture->before_stamp, timestamp);
}

size_t compose_picture(struct server *server, struct client *client, const struct picture *picture,
                       uint32_t timestamp)
{
    if (picture->keyframe)
        return put_keyframe(server, client, picture, timestamp);
    if (client->show == SHOW_CLIP)
        return put_packets(server, client, picture->first_packet, picture->packet_count, timestamp);
    size_t size_bytes = 0;
    for (int part = 0; part < 2; part++) {
        uint8_t nal[SLICE_MAX_BYTES];
        const size_t part_bytes =
            stamper_skip(client->clip->stamper, head_of(client, picture), part == 0, nal);
        put_nal(server, client, nal, part_bytes, part == 1, timestamp);
        size_bytes += part_bytes;
    }
    return size_bytes;
}
