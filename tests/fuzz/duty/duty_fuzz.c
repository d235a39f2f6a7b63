/* A roster as CSV, what a telephone system tells, a plan as JSON: the first byte says which. */
#include "duty/call.h"
#include "duty/duty_csv.h"
#include "duty/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_plan(const char *text, size_t size)
{
    struct duty_fault fault = {0};
    struct duty_shift shift;
    json_t *plan = json_loadb(text, size, 0, NULL);
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    if (plan && plan_check(plan, &fault)) {
        g_assert(plan_shift_after(plan, INT64_C(1790000000) * G_USEC_PER_SEC, zone, &shift));
        g_assert(plan_shift_before(plan, shift.begin_us, zone, &shift));
    }
    plan_people_check(plan, json_object_get(plan, "people"), &fault);
    json_decref(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const char *text = (const char *)data + 1;
    if (data[0] == 'c') {
        static json_t *plan;
        struct duty_csv csv;
        if (!plan)
            plan = plan_default();
        duty_csv_read(&csv, plan, text, size - 1);
        duty_csv_clear(&csv);
    } else if (data[0] == 't') {
        struct call call;
        const char *field, *zh, *en;
        if (call_read(text, size - 1, &call, &field, &zh, &en))
            g_assert(call_extension_good(call.extension));
    } else {
        read_plan(text, size - 1);
    }
    return 0;
}
