/* Any bytes are refused with a place, or are rules that read again as the same. */
#include "correlate/correlate.h"
#include "correlate/rules.h"
#include "correlate/warning.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    struct rules *rules = rules_parse((const char *)data, size, &error);
    g_assert_true((rules == NULL) == (error != NULL));
    if (!rules) {
        g_assert_true(*error->message);
        return 0;
    }
    struct rules *again = rules_parse(rules_text(rules), strlen(rules_text(rules)), &error);
    g_assert_no_error(error);
    g_assert_cmpstr(rules_digest(rules), ==, rules_digest(again));
    unsigned past[] = {1, 2};
    const struct warning_count count = {"a", "traffic", "accident", 9, past, 2};
    g_ptr_array_unref(warning_judge(rules, &count, 1));
    rules_unref(again);
    rules_unref(rules);
    return 0;
}
