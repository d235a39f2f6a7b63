/* What a feed without a mapping may send: any bytes give events or faults, and an event's text can
 * be read again. */
#include "intake/mapping.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *body = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    json_t *items = body ? mapping_items(NULL, body) : NULL;
    const struct form form = {
        .source = "f", .dimension = "traffic", .now_us = 1000000, .skew_us = 5};
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item)
    {
        struct form_fault fault = {0};
        event_auto event = form_event(&form, item, &fault);
        json_t *told = json_object();
        if (event) {
            g_autofree char *text = event_text(event);
            event_auto again = event_parse(text, strlen(text), NULL);
            g_assert_true(again || strlen(text) > EVENT_MAX_BYTES);
        } else {
            form_fault_put(&fault, told);
        }
        json_decref(told);
        form_fault_clear(&fault);
    }
    json_decref(items);
    json_decref(body);
    return 0;
}
