/* Boxes of ISO 14496-12: what may tell where and by whom a video was taken is blanked where it
 * stands, so that no offset changes. */
#include "files/file_kind.h"
#include <string.h>

enum { MOST_BOXES = 65536, HEAD = 8, LARGE_HEAD = 16, HANDLER_NAME = 24 };

struct box {
    size_t at, head, size; /* from its beginning; of all of it */
    const uint8_t *type;   /* four letters, in the data */
};

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The box at `at` of those that end at `end`. */
static bool read_box(const uint8_t *data, size_t at, size_t end, struct box *box)
{
    if (end - at < HEAD)
        return false;
    uint64_t size = be32(data + at);
    box->at = at;
    box->head = HEAD;
    box->type = data + at + 4;
    if (size == 1) {
        if (end - at < LARGE_HEAD)
            return false;
        size = (uint64_t)be32(data + at + 8) << 32 | be32(data + at + 12);
        box->head = LARGE_HEAD;
    } else if (size == 0) {
        size = end - at;
    }
    box->size = (size_t)size;
    return size >= box->head && size <= end - at;
}

static bool is_type(const struct box *box, const char *type)
{
    return memcmp(box->type, type, 4) == 0;
}

static void blank(uint8_t *data, const struct box *box)
{
    static const uint8_t unused[4] = {'f', 'r', 'e', 'e'};
    memcpy(data + box->at + 4, unused, sizeof unused);
    memset(data + box->at + box->head, 0, box->size - box->head);
}

/* Inside of box `parent`: the first child of that type. */
static bool find_child(const uint8_t *data, const struct box *parent, const char *type,
                       struct box *child)
{
    size_t at = parent->at + parent->head, end = parent->at + parent->size;
    while (at < end && read_box(data, at, end, child)) {
        if (is_type(child, type))
            return true;
        at += child->size;
    }
    return false;
}

/* A track of pictures or sound; the others carry positions, captions of the maker's own, clocks. */
static bool is_media_track(const uint8_t *data, const struct box *track)
{
    struct box media, handler;
    if (!find_child(data, track, "mdia", &media) || !find_child(data, &media, "hdlr", &handler) ||
        handler.size - handler.head < 12)
        return false;
    const uint8_t *kind = data + handler.at + handler.head + 8;
    return memcmp(kind, "vide", 4) == 0 || memcmp(kind, "soun", 4) == 0;
}

/* What is kept, by where it stands ("": the file): all that is needed to play. The rest may tell
 * positions, owners, makers, or is room in which cameras keep them (`free`, `skip`). */
static const struct {
    const char *in, *kept; /* names of four letters each */
} levels[] = {
    {"", "ftypmoovmdatmoofmfrasidxssixstyppdin"},
    {"moov", "mvhdtrakmvex"},
    {"trak", "tkhdmdiaedtstref"},
    {"mdia", "mdhdhdlrminfelng"},
    {"minf", "vmhdsmhdhdlrdinfstbl"},
    {"stbl", "stsdsttscttscslgstscstszstz2stcoco64stssstshstpssdtpsbgpsgpdsubssaizsaiopadbstdp"},
    {"edts", "elst"},
    {"mvex", "mehdtrextrepleva"},
    {"moof", "mfhdtraf"},
    {"traf", "tfhdtfdttrunsbgpsgpdsubssaizsaiosdtp"},
};

/* What a box of that type may have inside; NULL: it is taken as it is. */
static const char *kept_in(const uint8_t *type)
{
    for (size_t i = 1; i < sizeof levels / sizeof *levels; i++) {
        if (memcmp(type, levels[i].in, 4) == 0)
            return levels[i].kept;
    }
    return NULL;
}

static bool is_kept(const struct box *box, const char *kept)
{
    for (; *kept; kept += 4) {
        if (is_type(box, kept))
            return true;
    }
    return false;
}

/* The name of a handler is the maker's. */
static void blank_name(uint8_t *data, const struct box *handler)
{
    size_t fixed = handler->head + HANDLER_NAME;
    if (handler->size > fixed)
        memset(data + handler->at + fixed, 0, handler->size - fixed);
}

static bool clean_children(uint8_t *data, const struct box *parent, const char *kept,
                           unsigned *left);

static bool clean_box(uint8_t *data, const struct box *box, const char *kept, unsigned *left)
{
    if (!is_kept(box, kept) || (is_type(box, "trak") && !is_media_track(data, box))) {
        blank(data, box);
        return true;
    }
    if (is_type(box, "hdlr"))
        blank_name(data, box);
    const char *inside = kept_in(box->type);
    return !inside || clean_children(data, box, inside, left);
}

/* As deep as there are levels. */
static bool clean_children(uint8_t *data, const struct box *parent, const char *kept,
                           unsigned *left)
{
    size_t at = parent->at + parent->head, end = parent->at + parent->size;
    while (end - at >= HEAD) {
        struct box box;
        if (!(*left)-- || !read_box(data, at, end, &box) || !clean_box(data, &box, kept, left))
            return false;
        at += box.size;
    }
    memset(data + at, 0, end - at); /* too small for a box */
    return true;
}

/* `data`: the same bytes, to be cleaned; NULL: they are only looked at. */
static bool walk(uint8_t *data, const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    unsigned left = MOST_BOXES;
    bool contents = false;
    while (at < size) {
        struct box box;
        if (!left-- || !read_box(bytes, at, size, &box))
            return false;
        contents |= is_type(&box, "moov");
        if (data && !clean_box(data, &box, levels[0].kept, &left))
            return false;
        at += box.size;
    }
    return contents;
}

bool mp4_is_whole(const uint8_t *data, size_t size)
{
    return size > HEAD && walk(NULL, data, size);
}

bool mp4_clean(uint8_t *data, size_t size)
{
    return size > HEAD && walk(data, data, size);
}
