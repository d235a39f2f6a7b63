/* Places at which a test makes the program kill itself (docs/testing.md): environment
 * TW_FAILPOINT=NAME:COUNT ends it by SIGKILL when NAME is passed for the COUNTth time. Read once;
 * without it a failpoint is one comparison. Any thread. */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>

extern atomic_bool failpoint_armed;

/* Before threads start. A text that is no NAME:COUNT is ignored; NULL too. */
void failpoint_init(const char *text);
void failpoint_pass(const char *name);

static inline void failpoint(const char *name)
{
    if (__builtin_expect(atomic_load_explicit(&failpoint_armed, memory_order_relaxed), false))
        failpoint_pass(name);
}
