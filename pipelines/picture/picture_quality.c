#include "picture/picture_quality.h"
#include <stdlib.h>
#include <string.h>

enum {
    SAME_BLOCKS = 18, /* differing blocks that a running clock may cause */
    SAME_ROWS = 2,
    SAME_COUNT = 3,
    BLACK_MEAN = 8,
    BLACK_BLOCK = 16,
    BLACK_OVERLAY = 16, /* brightest blocks left out: a clock in a black picture */
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

static int compare_bytes(const void *a, const void *b)
{
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

static bool black_picture(const uint8_t *luma, int width_px, int height_px)
{
    uint8_t means[PICTURE_BLOCKS];
    long total = 0;
    for (int i = 0; i < PICTURE_BLOCKS; i++) {
        struct block block = block_at(i, width_px, height_px);
        long sum = 0;
        for (int y = block.y0; y < block.y1; y++)
            for (int x = block.x0; x < block.x1; x++)
                sum += luma[y * width_px + x];
        total += sum;
        long samples = (long)(block.x1 - block.x0) * (block.y1 - block.y0);
        means[i] = (uint8_t)(sum / MAX(samples, 1));
    }
    if (total >= (long)BLACK_MEAN * width_px * height_px)
        return false;
    qsort(means, PICTURE_BLOCKS, 1, compare_bytes);
    return means[PICTURE_BLOCKS - 1 - BLACK_OVERLAY] <= BLACK_BLOCK;
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
    if (!black_picture(luma, width_px, height_px))
        judge->black_count = 0;
    else if (judge->black_count++ == 0)
        judge->black_since_us = now_us;

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
