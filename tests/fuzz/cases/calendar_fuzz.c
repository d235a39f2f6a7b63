/* Any bytes are refused with a place, or are a calendar by which everything falls due or is not
 * known, never before it began. */
#include "cases/due.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct due_limit limits[] = {{DUE_WALL, 1},
                                              {DUE_OFFICE, INT64_C(7200) * G_USEC_PER_SEC},
                                              {DUE_WORKING, 3},
                                              {DUE_DAYS, 7},
                                              {DUE_MONTHS, 1}};
    struct calendar *calendar = calendar_create();
    g_autoptr(GError) error = NULL;
    bool fine = calendar_add(calendar, (const char *)data, size, "fuzz", &error);
    g_assert_true(fine == (error == NULL));
    gint64 start = calendar_begin_us(calendar, calendar_day(2026, 2, 13));
    const struct due_pause pause = {start + 1, start + CALENDAR_DAY_US};
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        for (guint pauses = 0; pauses < 2; pauses++) {
            gint64 due = 0;
            if (due_at(calendar, &limits[i], start, &pause, pauses, &due))
                g_assert_cmpint(due, >, start);
        }
    }
    json_decref(calendar_json(calendar, 2026));
    calendar_destroy(calendar);
    return 0;
}
