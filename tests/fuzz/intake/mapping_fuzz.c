/* Any text as a mapping, and any text as an item for it: "MAPPING\0ITEM", or an item alone for one
 * that comes with the program. */
#include "intake/mapping.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try(const struct mapping *mapping, const char *text, size_t size)
{
    json_t *body = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    json_t *items = body ? mapping_items(mapping, body) : NULL;
    const struct form form = {.source = "f", .dimension = "traffic", .now_us = 1000000};
    size_t i;
    json_t *theirs;
    json_array_foreach(items, i, theirs)
    {
        struct form_fault fault = {0};
        json_decref(mapping_id(mapping, theirs));
        json_t *ours = mapping_apply(mapping, theirs, &fault);
        event_auto event = ours ? form_event(&form, ours, &fault) : NULL;
        g_assert_true((event != NULL) == (fault.en == NULL));
        if (event)
            g_free(event_text(event));
        form_fault_clear(&fault);
        json_decref(ours);
    }
    json_decref(items);
    json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *end = memchr(data, '\0', size);
    static struct mapping *shipped;
    if (!shipped)
        shipped = mapping_open("12345", NULL);
    if (!end) {
        try(shipped, text, size);
        return 0;
    }
    struct mapping *mapping = *text == '{' ? mapping_open(text, NULL) : NULL;
    if (mapping)
        try(mapping, end + 1, size - (size_t)(end + 1 - text));
    mapping_free(mapping);
    return 0;
}
