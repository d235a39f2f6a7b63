/* Any bytes are refused with a place, or are a workflow that can be asked everything. */
#include "cases/routing.h"
#include "cases/workflow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct workflow *workflow)
{
    for (guint state = 0; state < workflow->states->len; state++) {
        for (int act = 0; act < CASE_ACT_COUNT; act++) {
            bool known;
            const struct workflow_move *move =
                workflow_move(workflow, (enum case_act)act, (int)state, NULL, UINT32_MAX, &known);
            g_assert_true(!move || known);
            g_assert_true(!move || move->to < (int)workflow->states->len);
        }
    }
    for (guint i = 0; i < workflow->timers->len; i++) {
        const struct workflow_timer *timer =
            &g_array_index(workflow->timers, struct workflow_timer, i);
        for (int level = 0; level < 6; level++)
            workflow_limit(timer, "urgent", level);
    }
    json_decref(workflow_json(workflow));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    struct workflow *workflow = workflow_read((const char *)data, size, "fuzz", &error);
    g_assert_true((workflow == NULL) == (error != NULL));
    if (workflow)
        ask(workflow);
    workflow_destroy(workflow);
    g_clear_error(&error);
    struct routing *routing = routing_read((const char *)data, size, "fuzz", &error);
    g_assert_true((routing == NULL) == (error != NULL));
    if (routing) {
        const struct routed about = {.area = "330106001", .type = "noise", .about = "police"};
        g_assert_cmpstr(routing_find(routing, &about).lead, !=, "police");
    }
    routing_destroy(routing);
    return 0;
}
