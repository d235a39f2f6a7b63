/* The pipelines that can be built, as a table. A description never takes text from outside: what
 * varies are properties of named elements. */
#pragma once
#include <stddef.h>

struct pipeline_template {
    const char *name;
    const char *launch; /* gst-launch syntax */
    const char *feed;   /* name of the appsrc, NULL: none */
    double cores;       /* what it is assumed to use until it was measured */
};

enum template_id {
    TEMPLATE_SOURCE,
    TEMPLATE_TRANSCODE_H265,
    TEMPLATE_TRANSCODE_H264,
};
const struct pipeline_template *pipeline_template(enum template_id id);

/* What is put behind a source's video pad, by its caps. All end in an appsink called "out" that
 * gives byte-stream access units with parameter sets in front of each IDR picture. */
struct branch_template {
    const char *caps; /* name of the media type */
    const char *launch;
    double cores; /* what a source with it is assumed to use until it was measured */
};
/* NULL: this media type has none. */
const struct branch_template *branch_template(const char *caps_name);

/* The media types of branch_template(), as caps. */
extern const char *const source_caps;
