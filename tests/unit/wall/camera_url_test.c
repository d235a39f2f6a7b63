#include "wall/camera_url.h"
#include <glib.h>

struct vector {
    const char *given, *stored, *filled; /* filled NULL: stays hidden */
};

static void fill(void)
{
    static const struct vector vectors[] = {
        {"rtsp://10.0.0.1/a", NULL, "rtsp://10.0.0.1/a"},
        {"rtsp://u:p@10.0.0.2/a", "rtsp://x:y@10.0.0.1/a", "rtsp://u:p@10.0.0.2/a"},
        /* unchanged */
        {"rtsp://***@10.0.0.1/a", "rtsp://u:p@10.0.0.1/a", "rtsp://u:p@10.0.0.1/a"},
        /* another path of the same camera */
        {"rtsp://***@10.0.0.1/b", "rtsp://u:p@ss:w?rd%@10.0.0.1/a",
         "rtsp://u:p@ss:w?rd%@10.0.0.1/b"},
        {"RTSPS://***@Cam.Example:554/b?x=1", "rtsp://u:p@cam.example:554/a",
         "RTSPS://u:p@Cam.Example:554/b?x=1"},
        /* another host or port gets nothing */
        {"rtsp://***@10.0.0.2/a", "rtsp://u:p@10.0.0.1/a", NULL},
        {"rtsp://***@10.0.0.1:555/a", "rtsp://u:p@10.0.0.1/a", NULL},
        {"rtsp://***@10.0.0.1.evil/a", "rtsp://u:p@10.0.0.1/a", NULL},
        {"rtsp://***@10.0.0.1/a", NULL, NULL},
        {"rtsp://***@10.0.0.1/a", "rtsp://10.0.0.1/a", NULL},
        /* a secret in the path comes back only with the whole address */
        {"rtsp://10.0.0.1/user=admin_password=***_channel=2",
         "rtsp://10.0.0.1/user=admin_password=abc_channel=1", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++) {
        g_autofree char *url = camera_url_fill(vectors[i].given, vectors[i].stored);
        g_assert_cmpstr(url, ==, vectors[i].filled);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/camera_url/fill", fill);
    return g_test_run();
}
