/* Times of units: reorder depth in the first byte, then [RTP step i32, wall step i32, what]. Bit 0
 * of `what`: a restart. Decoding times rise and are not after showing, whatever the clocks do. */
#include "rtsp/timeline.h"
#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct timeline timeline;
    timeline_init(&timeline, data[0] & 0x40 ? 1000 : 90000);
    timeline_set_reorder(&timeline, data[0] % 18 - 1);
    int64_t wall_us = 1700000000000000, last_dts_us = INT64_MIN;
    uint32_t rtp = 0;
    for (size_t at = 1; at + 9 <= size; at += 9) {
        int32_t rtp_step, wall_step_us;
        memcpy(&rtp_step, data + at, sizeof rtp_step);
        memcpy(&wall_step_us, data + at + 4, sizeof wall_step_us);
        if (data[at + 8] & 1)
            timeline_restart(&timeline);
        rtp += (uint32_t)rtp_step;
        wall_us += wall_step_us;
        int64_t pts_us, dts_us;
        if (!timeline_next(&timeline, rtp, wall_us, &pts_us, &dts_us))
            continue;
        g_assert_cmpint(dts_us, <=, pts_us);
        g_assert_cmpint(dts_us, >, last_dts_us);
        last_dts_us = dts_us;
    }
    return 0;
}
