/* RTP packets and what they carry: pieces must lie inside the packet. */
#include "rtsp/depay.h"
#include "rtsp/rtp.h"
#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct rtp *rtp, const struct nal_piece *pieces, int count)
{
    g_assert_cmpint(count, <=, DEPAY_MAX_PIECES);
    for (int i = 0; i < count; i++) {
        g_assert_true(pieces[i].data >= rtp->payload);
        g_assert_true(pieces[i].data + pieces[i].size <= rtp->payload + rtp->size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rtp rtp;
    struct nal_piece pieces[DEPAY_MAX_PIECES];
    struct rtcp_sender_report report;
    rtcp_find_sender_report(data, size, &report);
    if (!rtp_parse(data, size, &rtp))
        return 0;
    check(&rtp, pieces, h264_depay(rtp.payload, rtp.size, pieces));
    check(&rtp, pieces, h265_depay(rtp.payload, rtp.size, pieces));
    return 0;
}
