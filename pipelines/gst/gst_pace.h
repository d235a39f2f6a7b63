/* Times for pictures that come without any. An elementary stream in a file says at best its rate of
 * pictures; without times a sink would take all of it at once. */
#pragma once
#include <gst/gst.h>

/* Gives each buffer that passes the sink's pad a decode time, one picture after the other at the
 * rate of its caps, 25 a second when they tell none; it begins anew after a seek. Buffers that have
 * times are left alone, and so are those of a live source (one that cannot be sought in): they are
 * paced by their arrival. The pad keeps what is needed. */
void gst_pace_attach(GstPad *pad);
