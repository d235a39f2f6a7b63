#include "stream/annexb.h"
#include <string.h>

size_t annexb_find(const uint8_t *data, size_t size, size_t from)
{
    while (from + 3 <= size) {
        const uint8_t *one = memchr(data + from + 2, 1, size - from - 2);
        if (!one)
            return size;
        if (one[-1] == 0 && one[-2] == 0)
            return (size_t)(one - data) - 2;
        from = (size_t)(one - data) - 1;
    }
    return size;
}

int annexb_next(const uint8_t *data, size_t size, size_t *offset, const uint8_t **nal,
                size_t *nal_size)
{
    size_t start = annexb_find(data, size, *offset);
    while (start < size) {
        start += 3;
        size_t end = annexb_find(data, size, start);
        *offset = end;
        while (end > start && data[end - 1] == 0)
            end--;
        if (end > start) {
            *nal = data + start;
            *nal_size = end - start;
            return 1;
        }
        start = *offset;
    }
    return 0;
}
