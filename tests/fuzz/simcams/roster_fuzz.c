#include "simcams/control_request.h"
#include "simcams/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GPtrArray *rows = roster_parse((const char *)data, size, NULL);
    if (rows)
        g_ptr_array_unref(rows);
    struct control_request request;
    if (control_request_parse((const char *)data, size, &request, NULL))
        control_request_clear(&request);
    return 0;
}
