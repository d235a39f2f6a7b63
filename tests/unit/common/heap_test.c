/* What was let go of goes back to the machine. */
#include "common/heap.h"
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)1 << 20)

static void test_worth(void)
{
    g_assert_false(heap_has_holes(0, 47 * MIB));
    g_assert_true(heap_has_holes(0, 48 * MIB));
    g_assert_false(heap_has_holes(100 * MIB, 148 * MIB)); /* less than a third */
    g_assert_true(heap_has_holes(100 * MIB, 150 * MIB));
    g_assert_false(heap_has_holes(200 * MIB, 100 * MIB));
}

static size_t resident_mib(void)
{
    unsigned long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    g_assert_nonnull(file);
    g_assert_cmpint(fscanf(file, "%lu %lu", &size, &pages), ==, 2);
    fclose(file);
    return pages * 4096 / MIB;
}

/* 160 MiB in blocks of 16 KiB, of which one in 64 stays: nothing lies free at the end. */
static void test_holes(void)
{
    enum { BLOCKS = 10240, SIZE = 16 << 10, STAYS = 64 };
    g_autofree void **blocks = g_new(void *, BLOCKS);
    for (int i = 0; i < BLOCKS; i++)
        blocks[i] = memset(g_malloc(SIZE), 1, SIZE);
    for (int i = 0; i < BLOCKS; i++) {
        if (i % STAYS) {
            g_free(blocks[i]);
            blocks[i] = NULL;
        }
    }
    size_t before = resident_mib();
    bool given = heap_look();
#ifndef __SANITIZE_ADDRESS__ /* there the heap is another one */
    g_assert_true(given);
    g_assert_cmpuint(resident_mib(), <=, before / 2);
    g_assert_false(heap_look()); /* nothing is left to give */
#else
    (void)given;
    (void)before;
#endif
    for (int i = 0; i < BLOCKS; i++)
        g_free(blocks[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    heap_begin();
    g_test_add_func("/heap/worth", test_worth);
    g_test_add_func("/heap/holes", test_holes);
    return g_test_run();
}
