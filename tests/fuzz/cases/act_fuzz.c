/* Any bytes as the body of an act and as a form: refused with a place, or a job and a row that can
 * be told as JSON. */
#include "cases/case_form.h"
#include "cases/case_job.h"
#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_act(const json_t *body)
{
    json_t *faults = json_array();
    struct case_who *who = case_who_make("u1", "somebody", NULL);
    struct case_job *job = case_job_read("k1", body, who, 1, faults);
    if (json_array_size(faults) == 0) {
        g_assert_nonnull(job->key);
        g_assert_true(case_act_info(job->act)->free || job->version >= 0);
    }
    case_job_free(job);
    json_decref(faults);
}

static void try_form(const json_t *form)
{
    json_t *faults = json_array();
    case_form_check(form, "form.", faults);
    if (json_array_size(faults) == 0) {
        struct case_row row = {.lon = NAN, .lat = NAN, .priority = 3};
        case_form_apply(&row, form, true);
        g_assert_true(row.priority >= 1 && row.priority <= 4);
        json_t *told = case_row_json(&row);
        g_assert_nonnull(told);
        json_decref(told);
        case_row_clear(&row);
    }
    json_decref(faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *body = json_loadb((const char *)data, size, 0, NULL);
    if (json_is_object(body)) {
        try_act(body);
        try_form(body);
    }
    json_decref(body);
    return 0;
}
