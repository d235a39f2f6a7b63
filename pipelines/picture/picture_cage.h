/* What a picture process may not do: it is given hostile bytes. Linux only. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Ends with its parent, survives its parent's SIGTERM and SIGINT (it ends when its socket is
 * closed), is the first to go when memory is short, leaves no core. */
void picture_cage_settle(void);

/* No more address space than `memory_mb` (malloc fails above), and from now on no system call
 * beyond memory, time, its socket and ending: opening a file or a socket, starting a program,
 * giving signals to others are refused with EPERM. Without effect under a sanitizer, and the filter
 * on machines other than x86-64 and ARM64. */
void picture_cage_close(size_t memory_mb);
