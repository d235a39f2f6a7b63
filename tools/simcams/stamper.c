#include "simcams/stamper.h"
#include "simcams/stamper_codec.h"
#include "stamp/stamp.h"
#include <gio/gio.h>

struct stamper {
    enum codec codec;
    struct h264_parameters h264;
    struct h265_parameters h265;
};

struct stamper *stamper_create(enum codec codec)
{
    struct stamper *stamper = g_new0(struct stamper, 1);
    stamper->codec = codec;
    return stamper;
}

void stamper_destroy(struct stamper *stamper)
{
    g_free(stamper);
}

int stamper_height_px(enum codec codec, int file_height_px)
{
    return codec == CODEC_H264 ? file_height_px : file_height_px + STAMP_ROW_PX;
}

static unsigned unit_columns(const struct stamper *stamper)
{
    return stamper->codec == CODEC_H264 ? stamper->h264.width_mbs : h265_columns(&stamper->h265);
}

static unsigned unit_rows(const struct stamper *stamper)
{
    return stamper->codec == CODEC_H264 ? stamper->h264.height_mbs : h265_rows(&stamper->h265);
}

/* --- generating */

static size_t finish(struct bit_writer *writer, uint8_t *nal)
{
    g_assert(!writer->full && writer->at % 8 == 0);
    return nal_escape(writer->data, writer->at / 8, nal);
}

static size_t write_skip(const struct stamper *stamper, const struct slice_head *head,
                         unsigned first_row, unsigned row_count, uint8_t *nal)
{
    uint8_t rbsp[SLICE_MAX_BYTES * 2 / 3];
    struct bit_writer writer = {.data = rbsp, .capacity_bits = sizeof rbsp * 8};
    if (stamper->codec == CODEC_H264)
        h264_write_skip(&stamper->h264, head, first_row, row_count, &writer);
    else
        h265_write_skip(&stamper->h265, head, first_row, row_count, &writer);
    return finish(&writer, nal);
}

static size_t write_key(const struct stamper *stamper, const struct slice_head *head,
                        unsigned first_row, unsigned row_count, luma_step step, const void *user,
                        uint8_t *nal)
{
    uint8_t rbsp[SLICE_MAX_BYTES * 2 / 3];
    struct bit_writer writer = {.data = rbsp, .capacity_bits = sizeof rbsp * 8};
    if (stamper->codec == CODEC_H264)
        h264_write_key(&stamper->h264, head, first_row, row_count, step, user, &writer);
    else
        h265_write_key(&stamper->h265, head, first_row, row_count, step, user, &writer);
    return finish(&writer, nal);
}

size_t stamper_skip(const struct stamper *stamper, const struct slice_head *head, bool top,
                    uint8_t *nal)
{
    return top ? write_skip(stamper, head, 0, 1, nal)
               : write_skip(stamper, head, 1, unit_rows(stamper) - 1, nal);
}

struct cell_row {
    uint64_t cells;
    unsigned columns;
};

static int cell_luma(const struct cell_row *row, unsigned column)
{
    const unsigned cell = column * STAMP_CELLS / row->columns;
    return row->cells >> (STAMP_CELLS - 1 - cell) & 1 ? LUMA_WHITE : LUMA_BLACK;
}

static int step_stamp(const void *user, unsigned column, unsigned row)
{
    (void)row;
    const struct cell_row *cells = user;
    const int before = column ? cell_luma(cells, column - 1) : LUMA_MIDDLE;
    return cell_luma(cells, column) - before;
}

static int step_black(const void *user, unsigned column, unsigned row)
{
    (void)user;
    return column || row ? 0 : LUMA_NONE - LUMA_MIDDLE;
}

size_t stamper_stamp(const struct stamper *stamper, const struct slice_head *head, uint64_t cells,
                     uint8_t *nal)
{
    const struct cell_row row = {cells, unit_columns(stamper)};
    return write_key(stamper, head, 0, 1, step_stamp, &row, nal);
}

size_t stamper_black(const struct stamper *stamper, const struct slice_head *head, uint8_t *nal)
{
    return write_key(stamper, head, 1, unit_rows(stamper) - 1, step_black, NULL, nal);
}

/* --- rewriting */

static bool fail(GError **error, const char *text)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "not made for a stamp: %s", text);
    return false;
}

static GBytes *escape_bytes(const struct bit_writer *writer)
{
    uint8_t *nal = g_malloc(writer->at / 8 * 3 / 2 + 1);
    return g_bytes_new_take(nal, nal_escape(writer->data, writer->at / 8, nal));
}

/* What is generated has the size that was checked. */
#define LATE_SETS "parameter sets behind the first slice"

/* What becomes of one NAL unit. */
struct taking {
    struct stamper *stamper;
    struct slice_head *head;
    GPtrArray *kept;
    GByteArray *room; /* for a rewritten RBSP */
    guint stamp_at;
    bool has_head;
};

/* Whether there is room for cells and for what may be generated. */
static bool check_size(const struct stamper *stamper, GError **error)
{
    if (unit_columns(stamper) == 0 || unit_columns(stamper) % STAMP_CELLS)
        return fail(error, "the width is not a multiple of 640");
    if (unit_rows(stamper) < 2 || unit_columns(stamper) * unit_rows(stamper) > SLICE_MAX_UNITS)
        return fail(error, "the picture is too large or too small");
    return true;
}

/* Puts the generated top row before the picture's first other slice. */
static bool begin_picture(struct taking *taking, GError **error)
{
    if (!check_size(taking->stamper, error))
        return false;
    taking->has_head = true;
    taking->stamp_at = taking->kept->len;
    if (taking->head->key)
        return true;
    uint8_t nal[SLICE_MAX_BYTES];
    const size_t size_bytes = stamper_skip(taking->stamper, taking->head, true, nal);
    g_ptr_array_add(taking->kept, g_bytes_new(nal, size_bytes));
    return true;
}

static bool take_h264(struct taking *taking, GBytes *nal, const uint8_t *rbsp, size_t size_bytes,
                      GError **error)
{
    struct h264_parameters *parameters = &taking->stamper->h264;
    const unsigned type = nal_type(CODEC_H264, rbsp[0]);
    if (taking->has_head && (type == 7 || type == 8))
        return fail(error, LATE_SETS);
    if (type == 7 && !h264_read_sps(parameters, rbsp, size_bytes))
        return fail(error, "sequence parameter set");
    if (type == 8 && !h264_read_pps(parameters, rbsp, size_bytes))
        return fail(error, "picture parameter set (CAVLC, one slice group are needed)");
    if (nal_type_is_slice(CODEC_H264, type)) {
        struct slice_head head;
        unsigned first_mb;
        if (!parameters->has_sps || !parameters->has_pps ||
            !h264_read_slice(parameters, rbsp, size_bytes, &head, &first_mb))
            return fail(error, "slice header");
        if (!taking->has_head) {
            if (first_mb != 0)
                return fail(error, "first slice is missing");
            *taking->head = head;
            return begin_picture(taking, error); /* the clip's own top row is left out */
        }
        if (first_mb < parameters->width_mbs)
            return fail(error, "the top row is not a slice of its own");
    }
    g_ptr_array_add(taking->kept, g_bytes_ref(nal));
    return true;
}

static bool take_h265(struct taking *taking, GBytes *nal, const uint8_t *rbsp, size_t size_bytes,
                      GError **error)
{
    struct h265_parameters *parameters = &taking->stamper->h265;
    const unsigned type = nal_type(CODEC_H265, rbsp[0]);
    g_byte_array_set_size(taking->room, (guint)size_bytes + 16);
    struct bit_writer writer = {.data = taking->room->data,
                                .capacity_bits = (size_t)taking->room->len * 8};
    if (taking->has_head && (type == 33 || type == 34))
        return fail(error, LATE_SETS);
    if (type == 33) {
        if (!h265_rewrite_sps(parameters, rbsp, size_bytes, &writer))
            return fail(error, "sequence parameter set");
    } else if (type == 34) {
        if (!h265_rewrite_pps(parameters, rbsp, size_bytes, &writer))
            return fail(error, "picture parameter set");
    } else if (nal_type_is_slice(CODEC_H265, type)) {
        if (!parameters->has_sps || !parameters->has_pps || taking->has_head ||
            !h265_rewrite_slice(parameters, rbsp, size_bytes, taking->head, &writer))
            return fail(error, "slice header (one slice a picture is needed)");
        if (!begin_picture(taking, error))
            return false;
    } else {
        g_ptr_array_add(taking->kept, g_bytes_ref(nal));
        return true;
    }
    g_ptr_array_add(taking->kept, escape_bytes(&writer));
    return true;
}

bool stamper_take(struct stamper *stamper, GPtrArray *nals, struct slice_head *head,
                  guint *stamp_at, GError **error)
{
    g_autoptr(GByteArray) room = g_byte_array_new();
    struct taking taking = {.stamper = stamper, .head = head, .room = room};
    taking.kept = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    bool ok = true;
    for (guint i = 0; ok && i < nals->len; i++) {
        gsize size_bytes;
        const uint8_t *nal = g_bytes_get_data(nals->pdata[i], &size_bytes);
        g_autofree uint8_t *rbsp = g_malloc(size_bytes);
        const size_t rbsp_bytes = nal_unescape(nal, size_bytes, rbsp);
        ok = stamper->codec == CODEC_H264
                 ? take_h264(&taking, nals->pdata[i], rbsp, rbsp_bytes, error)
                 : take_h265(&taking, nals->pdata[i], rbsp, rbsp_bytes, error);
    }
    if (ok && !taking.has_head)
        ok = fail(error, "a picture without slices");
    if (ok) {
        g_ptr_array_set_size(nals, 0);
        g_ptr_array_extend_and_steal(nals, g_steal_pointer(&taking.kept));
        *stamp_at = taking.stamp_at;
    } else {
        g_ptr_array_unref(taking.kept);
    }
    return ok;
}
