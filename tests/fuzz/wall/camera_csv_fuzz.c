/* The camera list: any bytes give rows and notes, never anything else. */
#include "wall/camera_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct camera_csv *csv = camera_csv_parse((const char *)data, size);
    g_assert(csv->rows->len + csv->bad == csv->records || csv->records == 0);
    g_assert(csv->rows->len == csv->lines->len);
    json_decref(camera_csv_notes_json(csv, false));
    json_decref(camera_csv_notes_json(csv, true));
    camera_csv_destroy(csv);
    return 0;
}
