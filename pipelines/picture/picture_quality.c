#include "picture/picture_quality.h"
#include <stdlib.h>
#include <string.h>

enum {
    SAME_BLOCKS = 18, /* differing blocks that a running clock may cause */
    SAME_ROWS = 2,
    SAME_COUNT = 3,
    BLACK_MEAN = 8,
    BLACK_SAMPLE = 24,
    BLACK_SHARE = 32, /* one sample of so many may be brighter */
    BLACK_DEVIATION = 4,
    OVERLAY_BLOCKS = 24, /* a clock and a name in a black picture */
    OVERLAY_ROWS = 2,    /* at each edge */
};
static const double SAME_LEVELS = 0.75;

const char *picture_quality_name(enum picture_quality quality)
{
    static const char *const names[] = {"good", "frozen", "black", "cannot_decode",
                                        "decoder_crashed"};
    return names[quality];
}

void picture_judge_finish(struct picture_judge *judge)
{
    g_free(judge->reference);
    *judge = (struct picture_judge){0};
}

struct block {
    int x0, x1, y0, y1;
};

static struct block block_at(int index, int width_px, int height_px)
{
    int column = index % PICTURE_COLUMNS, row = index / PICTURE_COLUMNS;
    return (struct block){
        .x0 = column * width_px / PICTURE_COLUMNS,
        .x1 = (column + 1) * width_px / PICTURE_COLUMNS,
        .y0 = row * height_px / PICTURE_ROWS,
        .y1 = (row + 1) * height_px / PICTURE_ROWS,
    };
}

static bool block_differs(const uint8_t *a, const uint8_t *b, int width_px, struct block block)
{
    long sum = 0;
    for (int y = block.y0; y < block.y1; y++)
        for (int x = block.x0; x < block.x1; x++)
            sum += labs((long)a[y * width_px + x] - b[y * width_px + x]);
    long samples = (long)(block.x1 - block.x0) * (block.y1 - block.y0);
    return (double)sum > SAME_LEVELS * (double)samples;
}

/* Adds the blocks in which `luma` differs from the reference to those that ever did. Returned:
 * whether all of them together are still no more than a running clock. */
static bool still_same(struct picture_judge *judge, const uint8_t *luma, int width_px,
                       int height_px)
{
    int blocks = 0, rows = 0, last_row = -1;
    for (int i = 0; i < PICTURE_BLOCKS; i++) {
        if (!judge->differed[i])
            judge->differed[i] =
                block_differs(judge->reference, luma, width_px, block_at(i, width_px, height_px));
        if (!judge->differed[i])
            continue;
        blocks++;
        if (i / PICTURE_COLUMNS != last_row)
            rows++;
        last_row = i / PICTURE_COLUMNS;
        if (blocks > SAME_BLOCKS || rows > SAME_ROWS)
            return false;
    }
    return true;
}

/* Adds the block's samples to `total`. Returned: whether something can be seen in it. */
static bool block_lit(const uint8_t *luma, int width_px, struct block block, long *total)
{
    long sum = 0, squares = 0, bright = 0;
    for (int y = block.y0; y < block.y1; y++) {
        for (int x = block.x0; x < block.x1; x++) {
            long sample = luma[y * width_px + x];
            sum += sample;
            squares += sample * sample;
            bright += sample > BLACK_SAMPLE;
        }
    }
    long samples = (long)(block.x1 - block.x0) * (block.y1 - block.y0);
    *total += sum;
    return bright * BLACK_SHARE > samples ||
           squares * samples - sum * sum > samples * samples * BLACK_DEVIATION * BLACK_DEVIATION;
}

/* Whether nothing but what lies at the upper and lower edge can be seen. The first block between
 * them that shows something settles it: `lit` is whole only where the answer is true. */
static bool black_picture(const uint8_t *luma, int width_px, int height_px,
                          bool lit[PICTURE_BLOCKS])
{
    enum { FIRST = OVERLAY_ROWS * PICTURE_COLUMNS, INNER = PICTURE_BLOCKS - 2 * FIRST };
    long total = 0;
    for (int n = 0; n < PICTURE_BLOCKS; n++) {
        int i = (FIRST + n) % PICTURE_BLOCKS;
        lit[i] = block_lit(luma, width_px, block_at(i, width_px, height_px), &total);
        if (lit[i] && n < INNER)
            return false;
    }
    return total < (long)BLACK_MEAN * width_px * height_px;
}

static int count_lit(const bool lit[PICTURE_BLOCKS])
{
    int count = 0;
    for (int i = 0; i < PICTURE_BLOCKS; i++)
        count += lit[i];
    return count;
}

/* Judges this picture together with the black ones before it. */
static void judge_black(struct picture_judge *judge, const uint8_t *luma, int width_px,
                        int height_px, int64_t now_us)
{
    bool lit[PICTURE_BLOCKS];
    if (!black_picture(luma, width_px, height_px, lit) || count_lit(lit) > OVERLAY_BLOCKS) {
        judge->black_count = 0;
        return;
    }
    for (int i = 0; i < PICTURE_BLOCKS && judge->black_count; i++)
        judge->lit[i] |= lit[i];
    if (!judge->black_count || count_lit(judge->lit) > OVERLAY_BLOCKS) {
        memcpy(judge->lit, lit, sizeof judge->lit);
        judge->black_count = 0;
        judge->black_since_us = now_us;
    }
    judge->black_count++;
}

static bool judge_same(struct picture_judge *judge, const uint8_t *luma, int width_px,
                       int height_px, int64_t now_us)
{
    size_t bytes = (size_t)width_px * (size_t)height_px;
    bool same = judge->reference_bytes == bytes && still_same(judge, luma, width_px, height_px);
    if (same) {
        judge->same_count++;
        return true;
    }
    if (judge->reference_bytes != bytes)
        judge->reference = g_realloc(judge->reference, bytes);
    judge->reference_bytes = bytes;
    memcpy(judge->reference, luma, bytes);
    memset(judge->differed, 0, sizeof judge->differed);
    judge->same_since_us = now_us;
    judge->same_count = 0;
    return false;
}

bool picture_judge_picture(struct picture_judge *judge, const struct picture_quality_limits *limits,
                           const uint8_t *luma, int width_px, int height_px, int64_t now_us)
{
    judge->refused = 0;
    bool same = judge_same(judge, luma, width_px, height_px, now_us);
    judge_black(judge, luma, width_px, height_px, now_us);
    if (limits->black_us && judge->black_count &&
        now_us - judge->black_since_us >= limits->black_us)
        judge->quality = PICTURE_BLACK;
    else if (limits->frozen_us && judge->same_count + 1 >= SAME_COUNT &&
             now_us - judge->same_since_us >= limits->frozen_us)
        judge->quality = PICTURE_FROZEN;
    else
        judge->quality = PICTURE_GOOD;
    return same;
}

bool picture_traffic_moved(const struct picture_traffic *before, const struct picture_traffic *now)
{
    enum { LEAST_OTHERS = 5, SHARE = 100 };
    guint64 keyframes = now->keyframes - before->keyframes;
    guint64 others = now->others - before->others;
    if (!keyframes || others < LEAST_OTHERS)
        return false;
    guint64 keyframe_bytes = (now->keyframe_bytes - before->keyframe_bytes) / keyframes;
    return (now->other_bytes - before->other_bytes) * SHARE > others * keyframe_bytes;
}

void picture_judge_moved(struct picture_judge *judge, int64_t now_us)
{
    judge->same_since_us = now_us;
    judge->same_count = 0;
}

void picture_judge_refusal(struct picture_judge *judge, const struct picture_quality_limits *limits)
{
    if (++judge->refused >= limits->refusals)
        judge->quality = PICTURE_CANNOT_DECODE;
}

void picture_judge_crash(struct picture_judge *judge)
{
    judge->quality = PICTURE_DECODER_CRASHED;
}
