/* Bytes into a descriptor. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All of `size` bytes, however many calls it takes; blocks. Any thread. Returned: false with errno.
 */
bool file_write_all(int fd, const uint8_t *data, size_t size);
