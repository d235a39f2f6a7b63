/* Uploaded bytes become what is kept: pictures encoded anew by townwall-file, videos without what
 * tells a place, text in UTF-8. Any thread; blocks (a picture of a phone: about half a second). */
#pragma once
#include "files/file_kind.h"
#include <glib.h>

struct cleaner_options { /* borrowed */
    const char *program; /* townwall-file */
    guint64 most_bytes[CLASS_COUNT];
    guint64 megapixels; /* of a picture, at most */
    gint64 deadline_us; /* of one picture */
};

struct cleaned {
    enum file_kind kind;
    GBytes *content, *thumb; /* thumb NULL: none */
    gint64 width_px, height_px;
};
void cleaned_clear(struct cleaned *cleaned);

/* false: `refusal` says why; nothing is to be cleared. */
bool cleaner_run(const struct cleaner_options *options, const uint8_t *data, size_t size,
                 struct cleaned *cleaned, struct file_refusal *refusal);
