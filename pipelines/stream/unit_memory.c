#include "stream/unit_memory.h"
#include <glib.h>

/* Sizes in steps of 256 bytes up to 8 KiB, of 2 KiB up to 64 KiB; larger ones are not kept. Beyond
 * KEPT_BYTES of a size a block goes back to malloc(), so that what a thread keeps stays small. */
enum {
    FINE_STEP = 256,
    FINE_BLOCKS = 32,
    COARSE_STEP = 2048,
    COARSE_BLOCKS = 28,
    BLOCKS = FINE_BLOCKS + COARSE_BLOCKS,
    BLOCK_NONE = 255,
    KEPT_BYTES = 512 << 10,
};

/* The newest given is taken first. Addresses stand beside each other instead of in the blocks, so
 * that a block that left the cache is not read to find the next one. */
struct stack {
    void **blocks;
    uint32_t count, capacity;
};

struct spares {
    struct stack stacks[BLOCKS];
};

static void spares_free(gpointer data);
static GPrivate thread_spares = G_PRIVATE_INIT(spares_free);
static __thread struct spares *spares;

static size_t block_bytes(unsigned block)
{
    if (block < FINE_BLOCKS)
        return (size_t)(block + 1) * FINE_STEP;
    return FINE_BLOCKS * FINE_STEP + (size_t)(block - FINE_BLOCKS + 1) * COARSE_STEP;
}

static uint8_t block_of(size_t size)
{
    size_t fine = FINE_BLOCKS * FINE_STEP;
    if (size <= fine)
        return (uint8_t)((size - 1) / FINE_STEP);
    size_t block = FINE_BLOCKS + (size - fine - 1) / COARSE_STEP;
    return block < BLOCKS ? (uint8_t)block : BLOCK_NONE;
}

static void spares_free(gpointer data)
{
    struct spares *mine = data;
    spares = NULL;
    for (unsigned i = 0; i < BLOCKS; i++) {
        while (mine->stacks[i].count)
            g_free(mine->stacks[i].blocks[--mine->stacks[i].count]);
        g_free(mine->stacks[i].blocks);
    }
    g_free(mine);
}

/* With a sanitizer every unit is new, so that one used after its end is seen. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { KEEPS = 0 };
#else
enum { KEEPS = 1 };
#endif

void *unit_memory_take(size_t size, uint8_t *block)
{
    *block = KEEPS ? block_of(size) : BLOCK_NONE;
    if (*block == BLOCK_NONE)
        return g_malloc(size);
    struct stack *stack = spares ? &spares->stacks[*block] : NULL;
    if (!stack || !stack->count)
        return g_malloc(block_bytes(*block));
    void *memory = stack->blocks[--stack->count];
    if (stack->count) /* most likely the next one of a unit as large as this */
        __builtin_prefetch(stack->blocks[stack->count - 1], 1);
    return memory;
}

void unit_memory_give(void *memory, uint8_t block)
{
    if (block == BLOCK_NONE) {
        g_free(memory);
        return;
    }
    if (!spares) {
        spares = g_new0(struct spares, 1);
        g_private_set(&thread_spares, spares);
    }
    struct stack *stack = &spares->stacks[block];
    if ((stack->count + 1) * block_bytes(block) > KEPT_BYTES) {
        g_free(memory);
        return;
    }
    if (stack->count == stack->capacity) {
        stack->capacity = stack->capacity ? stack->capacity * 2 : 16;
        stack->blocks = g_renew(void *, stack->blocks, stack->capacity);
    }
    stack->blocks[stack->count++] = memory;
}
