/* What a process that decodes hostile bytes may not do. Linux only; called by that process itself,
 * before it has threads. */
#pragma once
#include <stddef.h>

/* Takes the name `name` (at most 15 bytes), ends with its parent, survives its parent's SIGTERM and
 * SIGINT (it ends when its work does), is the first to go when memory is short, leaves no core.
 * Closes every descriptor from `first_closed_fd` on. */
void cage_settle(const char *name, unsigned first_closed_fd);

/* No more address space than `memory_mb` (malloc fails above), and from now on no system call
 * beyond memory, time, its descriptors and ending: opening a file or a socket, starting a program,
 * giving signals to others are refused with EPERM. Without effect under a sanitizer, and the filter
 * on machines other than x86-64 and ARM64. */
void cage_close(size_t memory_mb);
