/* Memory of units. A town makes 36,000 of them a second and lets as many go some seconds later,
 * when nothing of them is in the cache any more; malloc() touches such a block and its neighbours
 * several times. Here a block that was let go is handed out again as it is: each thread keeps a few
 * of each size. Any thread; a block may be given back on another thread than it was taken on. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Never NULL. *block is to be given back with it. */
void *unit_memory_take(size_t size, uint8_t *block);
void unit_memory_give(void *memory, uint8_t block);
