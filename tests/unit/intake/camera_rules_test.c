/* What a camera's state means as an event. */
#include "intake/camera_rules.h"
#include <glib.h>

static void judgements(void)
{
    static const struct {
        const char *state, *reason;
        enum camera_verdict verdict;
        const char *type;
    } cases[] = {
        {"live", NULL, CAMERA_WELL, NULL},
        {"sampled", NULL, CAMERA_WELL, NULL},
        {"sampled", "limit_reached", CAMERA_WELL, NULL},
        {"idle", NULL, CAMERA_WELL, NULL},
        {"disabled", NULL, CAMERA_WELL, NULL},
        {"connecting", NULL, CAMERA_UNKNOWN, NULL},
        {"down", "media_away", CAMERA_UNKNOWN, NULL},
        {"down", "unreachable", CAMERA_ILL, "offline"},
        {"down", "wrong_password", CAMERA_ILL, "wrong_password"},
        {"down", "wrong_certificate", CAMERA_ILL, "wrong_certificate"},
        {"down", "limit_reached", CAMERA_ILL, "video_loss"},
        {"down", "no_data", CAMERA_ILL, "video_loss"},
        {"down", "no_video", CAMERA_ILL, "device_fault"},
        {"down", "a reason of later", CAMERA_ILL, "video_loss"},
        {"stale", NULL, CAMERA_ILL, "video_loss"},
        {"stale", "frozen", CAMERA_ILL, "frozen"},
        {"stale", "black", CAMERA_ILL, "black"},
        {"stale", "decoder_crashed", CAMERA_ILL, "device_fault"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct camera_fault *fault = NULL;
        g_assert_cmpint(camera_judge(cases[i].state, cases[i].reason, &fault), ==,
                        cases[i].verdict);
        g_assert_cmpstr(fault ? fault->type : NULL, ==, cases[i].type);
        if (fault)
            g_assert_true(g_strv_contains(camera_fault_types(), fault->type));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/camera-rules/judgements", judgements);
    return g_test_run();
}
