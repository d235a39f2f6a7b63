/* Which failures of a write are an event's fault. */
#include "alerts/ingest.h"

/* Only what the store refuses each time: an event that is set aside for a passing error is lost. */
static void test_culprit(void)
{
    static const struct {
        enum store_error code;
        bool culprit;
    } table[] = {
        {STORE_ERROR_CONSTRAINT, true}, {STORE_ERROR_FAILED, false}, {STORE_ERROR_BUSY, false},
        {STORE_ERROR_FULL, false},      {STORE_ERROR_CLOSED, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GError) error = g_error_new_literal(STORE_ERROR, (int)table[i].code, "no");
        g_assert_true(ingest_is_culprit(error) == table[i].culprit);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ingest/culprit", test_culprit);
    return g_test_run();
}
