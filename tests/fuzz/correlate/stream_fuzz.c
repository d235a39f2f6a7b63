/* Any course of events, acts, cases and restarts: every event is decided on, the model holds
 * together, and a restart in the middle changes nothing. */
#include "life.h"
#include <string.h>

enum { MOST_STEPS = 400 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct life *one = life_new(), *two = NULL;
    size_t steps = MIN(size / LIFE_STEP, MOST_STEPS);
    for (size_t i = 0; i < steps; i++) {
        const uint8_t *bytes = data + i * LIFE_STEP;
        if (i == steps / 2) {
            two = life_reload(one);
            g_string_truncate(one->said, 0);
        }
        life_step(one, bytes);
        if (two)
            life_step(two, bytes);
    }
    life_check(one);
    if (two) {
        life_check(two);
        g_assert_cmpstr(one->said->str, ==, two->said->str);
        life_free(two);
    }
    life_free(one);
    return 0;
}
