/* Any bytes are refused with a reason, or are checklists whose every type is found. */
#include "alerts/checklists.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    json_t *checklists = checklists_parse((const char *)data, size, &error);
    g_assert_true((checklists == NULL) == (error != NULL));
    size_t i, k;
    json_t *list, *type;
    json_array_foreach(json_object_get(checklists, "checklists"), i, list)
    {
        json_array_foreach(json_object_get(list, "types"), k, type)
            g_assert_nonnull(checklists_find(checklists, json_string_value(type)));
    }
    json_decref(checklists);
    return 0;
}
