#include "gst/templates.h"
#include <glib.h>

#define OUT                                                                                        \
    "appsink name=out max-buffers=250 drop=false emit-signals=false wait-on-eos=false "            \
    "enable-last-sample=false"
#define H264_UNITS                                                                                 \
    "h264parse config-interval=-1 ! video/x-h264,stream-format=byte-stream,alignment=au ! " OUT
#define H265_UNITS                                                                                 \
    "h265parse config-interval=-1 ! video/x-h265,stream-format=byte-stream,alignment=au ! " OUT
/* One thread: its CPU time is that of the streaming thread and is counted; no picture is held back.
 * Constant quality, because a quiet scene should cost nothing, capped for a crowd. */
#define X264                                                                                       \
    "x264enc name=encoder tune=zerolatency speed-preset=ultrafast threads=1 bframes=0 "            \
    "key-int-max=250 pass=qual quantizer=25 bitrate=6000 vbv-buf-capacity=1000 "                   \
    "aud=false ! video/x-h264,profile=constrained-baseline"
#define FEED "appsrc name=in is-live=true format=time do-timestamp=false max-bytes=0 block=false"

static const struct pipeline_template templates[] = {
    [TEMPLATE_SOURCE] = {"source", "uridecodebin name=in expose-all-streams=false", NULL, 0.005},
    [TEMPLATE_TRANSCODE_H265] =
        {"transcode-h265",
         FEED " caps=video/x-h265,stream-format=byte-stream,alignment=au ! h265parse ! "
              "avdec_h265 max-threads=1 ! videoconvert ! video/x-raw,format=I420 ! " X264
              " ! " H264_UNITS " sync=false",
         "in", 0.15},
    [TEMPLATE_TRANSCODE_H264] =
        {"transcode-h264",
         FEED " caps=video/x-h264,stream-format=byte-stream,alignment=au ! h264parse ! "
              "avdec_h264 max-threads=1 ! videoconvert ! video/x-raw,format=I420 ! " X264
              " ! " H264_UNITS " sync=false",
         "in", 0.15},
};

/* sync: files come at their own speed. A live source is paced by its arrival anyway. */
static const struct branch_template branches[] = {
    {"video/x-h264", "queue ! " H264_UNITS " sync=true", 0.005},
    {"video/x-h265", "queue ! " H265_UNITS " sync=true", 0.005},
    {"video/x-raw",
     "queue max-size-buffers=5 ! videoconvert ! video/x-raw,format=I420 ! " X264 " ! " H264_UNITS
     " sync=true",
     0.15},
};

const char *const source_caps = "video/x-h264; video/x-h265; video/x-raw(ANY)";

const struct pipeline_template *pipeline_template(enum template_id id)
{
    return &templates[id];
}

const struct branch_template *branch_template(const char *caps_name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(branches); i++)
        if (g_str_equal(branches[i].caps, caps_name))
            return &branches[i];
    return NULL;
}
