#include "common/heap.h"
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

enum {
    OWN_MAPPING_BYTES = 256 << 10,
    WORTH_BYTES = 48 << 20,
};

void heap_begin(void)
{
    mallopt(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
}

bool heap_has_holes(size_t used_bytes, size_t resident_bytes)
{
    size_t free_bytes = resident_bytes > used_bytes ? resident_bytes - used_bytes : 0;
    return free_bytes >= WORTH_BYTES && free_bytes >= resident_bytes / 3;
}

/* Of the program alone, without files and shared memory; 0: not known. */
static size_t resident(void)
{
    unsigned long all = 0, shared = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%*s %lu %lu", &all, &shared) != 2)
        all = shared = 0;
    fclose(file);
    return (all - shared) * (size_t)sysconf(_SC_PAGESIZE);
}

bool heap_look(void)
{
    /* what was given back counts as free in the arenas all the same: only what is resident tells */
    struct mallinfo2 info = mallinfo2();
    if (!heap_has_holes(info.uordblks + info.hblkhd, resident()))
        return false;
    malloc_trim(0);
    return true;
}
