#include "stream/sps.h"
#include <glib.h>
#include <string.h>

static const struct {
    const char *base64;
    const char *codec;
    int width_px, height_px, reorder;
    bool h265;
} known[] = {
    /* Wowza's BigBuckBunny (a=framesize 240-160), Hikvision (x-dimensions 1920,1080) and others */
    {"Z0LAHtkDxWhAAAADAEAAAAwDxYuS", "avc1.42c01e", 240, 160, 0, false},
    {"Z00AKZpkA8ARPyzUBAQFAAADA+gAAOpgBA==", "avc1.4d0029", 1920, 1080, -2, false},
    {"Z2QAM6zoAoALWQ==", "avc1.640033", 2560, 1440, -2, false},
    /* a Dahua and a TP-LINK camera */
    {"QgEBAWAAAAMAsAAAAwAAAwBaoAWCAeFja5JFL83BQYFBAAADAAEAAAMADKE=", "hvc1.1.6.L90.B0", 704, 480, 0,
     true},
    {"QgEBAWAAAAMAAAMAAAMAAAMAlqABQCAFof4qtO6JLuaAgA27oA==", "hvc1.1.6.L150", 2560, 1440, 0, true},
};

static void test_known(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        gsize size;
        g_autofree guchar *nal = g_base64_decode(known[i].base64, &size);
        struct sps sps;
        g_assert_true(known[i].h265 ? h265_sps_parse(nal, size, &sps)
                                    : h264_sps_parse(nal, size, &sps));
        g_assert_cmpstr(sps.codec_string, ==, known[i].codec);
        g_assert_cmpint(sps.width_px, ==, known[i].width_px);
        g_assert_cmpint(sps.height_px, ==, known[i].height_px);
        if (known[i].reorder > -2)
            g_assert_cmpint(sps.reorder_units, ==, known[i].reorder);
    }
}

static void test_cut_short(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        gsize size;
        g_autofree guchar *nal = g_base64_decode(known[i].base64, &size);
        for (size_t part = 0; part < (known[i].h265 ? 20u : 6u); part++) {
            g_autofree guchar *exact = g_memdup2(nal, part);
            struct sps sps;
            g_assert_false(known[i].h265 ? h265_sps_parse(exact, part, &sps)
                                         : h264_sps_parse(exact, part, &sps));
        }
    }
}

static void test_not_an_sps(void)
{
    static const uint8_t pps[] = {0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0};
    struct sps sps;
    g_assert_false(h264_sps_parse(pps, sizeof pps, &sps));
    g_assert_false(h265_sps_parse(pps, sizeof pps, &sps));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sps/known", test_known);
    g_test_add_func("/sps/cut-short", test_cut_short);
    g_test_add_func("/sps/not-an-sps", test_not_an_sps);
    return g_test_run();
}
