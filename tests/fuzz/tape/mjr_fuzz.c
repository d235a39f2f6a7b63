/* A recording of Janus. */
#include "tape/mjr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mjr mjr;
    if (mjr_read(data, size, &mjr))
        g_assert(mjr.packets > 0 && mjr.from_us > 0 && *mjr.codec && mjr.packets <= size / 10);
    return 0;
}
