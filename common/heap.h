/* Memory that the program let go of goes back to the machine. glibc keeps what lies below something
 * that is still used, and of each thread's arena its own; pictures of changing sizes leave holes,
 * so that after an hour of faults three quarters of the resident memory were holes. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Once, before threads begin: blocks of 256 KiB and more are always mappings of their own, which go
 * back when they are freed. (glibc raises that bound to 32 MiB with the first such block that is
 * freed.) */
void heap_begin(void);

/* Is it worth giving back? Pure: what is resident and not used is at least 48 MiB, and a third. */
bool heap_has_holes(size_t used_bytes, size_t resident_bytes);

/* Looks, and gives back what is worth it; that takes some milliseconds, in which threads that want
 * memory of the arena at hand wait. Returned: was anything given back? Any thread. */
bool heap_look(void);
