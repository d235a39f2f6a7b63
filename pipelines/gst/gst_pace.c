#include "gst/gst_pace.h"
#include <stdbool.h>

enum { GUESSED_RATE = 25, MOST_RATE = 240 };

/* Streaming thread only. */
struct pace {
    guint64 passed; /* pictures since the segment began */
    GstClockTime begin;
    GstClockTime step;
    bool asked, live;
};

/* A source in which nobody can seek cannot be told to wait either. */
static bool is_live(GstPad *pad)
{
    gboolean seekable = FALSE;
    GstQuery *query = gst_query_new_seeking(GST_FORMAT_BYTES);
    if (gst_pad_peer_query(pad, query))
        gst_query_parse_seeking(query, NULL, &seekable, NULL, NULL);
    gst_query_unref(query);
    return !seekable;
}

static GstClockTime step_of(GstPad *pad)
{
    int pictures = 0, seconds = 0;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    if (caps) {
        gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "framerate", &pictures,
                                   &seconds);
        gst_caps_unref(caps);
    }
    if (pictures <= 0 || seconds <= 0 || pictures / seconds > MOST_RATE)
        return GST_SECOND / GUESSED_RATE;
    return gst_util_uint64_scale_int(GST_SECOND, seconds, pictures);
}

static void stamp(struct pace *pace, GstPad *pad, GstPadProbeInfo *info)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (GST_BUFFER_PTS_IS_VALID(buffer) || GST_BUFFER_DTS_IS_VALID(buffer))
        return;
    if (!pace->asked) {
        pace->live = is_live(pad);
        pace->step = step_of(pad);
        pace->asked = true;
    }
    if (pace->live)
        return;
    buffer = gst_buffer_make_writable(buffer);
    GST_BUFFER_DTS(buffer) = pace->begin + pace->passed++ * pace->step;
    GST_BUFFER_DURATION(buffer) = pace->step;
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
}

static GstPadProbeReturn on_passing(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    struct pace *pace = user;
    if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
        stamp(pace, pad, info);
        return GST_PAD_PROBE_OK;
    }
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
        const GstSegment *segment;
        gst_event_parse_segment(event, &segment);
        pace->begin = segment->format == GST_FORMAT_TIME ? segment->start : 0;
        pace->passed = 0;
        pace->asked = false;
    }
    return GST_PAD_PROBE_OK;
}

void gst_pace_attach(GstPad *pad)
{
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                      on_passing, g_new0(struct pace, 1), g_free);
}
