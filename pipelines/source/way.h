/* The table behind source.h; one file per way implements it. */
#pragma once
#include "source/source.h"

struct source {
    const struct way *way;
    const struct source_events *events;
    gpointer user;
    gpointer inner; /* the way's own object */
};

struct way {
    const char *name;
    bool (*accepts)(const char *url);
    /* Sets source->inner. */
    bool (*open)(struct source *source, const struct source_ways *ways,
                 const struct source_config *config, GError **error);
    void (*close)(gpointer inner);
    bool (*clock_offset)(gpointer inner, int64_t *offset_us);         /* NULL: never known */
    bool (*packets)(gpointer inner, guint64 *packets, guint64 *lost); /* NULL: never known */
    int64_t (*retry_after_ms)(gpointer inner);                        /* NULL: nobody asks for it */
    enum reason (*error_reason)(const GError *error);                 /* of open(); NULL: bad_url */
};

extern const struct way way_rtsp;
extern const struct way way_gst;
