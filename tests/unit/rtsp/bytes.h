#pragma once
#include <glib.h>
#include <string.h>

/* g_assert_cmpmem() for sizes that are no int. */
static inline void assert_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
    g_assert_cmpuint(a_size, ==, b_size);
    g_assert_true(a_size == 0 || memcmp(a, b, a_size) == 0);
}
