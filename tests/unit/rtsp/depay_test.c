#include "bytes.h"
#include "rtsp/depay.h"
#include <glib.h>
#include <string.h>

static struct nal_piece pieces[DEPAY_MAX_PIECES];

static void assert_piece(int i, const char *head, size_t head_size, const char *data, size_t size,
                         bool begins, bool ends, int type)
{
    assert_bytes(pieces[i].head, pieces[i].head_size, head, head_size);
    assert_bytes(pieces[i].data, pieces[i].size, data, size);
    g_assert_cmpint(pieces[i].begins, ==, begins);
    g_assert_cmpint(pieces[i].ends, ==, ends);
    g_assert_cmpint(pieces[i].type, ==, type);
}

#define H264(bytes) h264_depay((const uint8_t *)(bytes), sizeof(bytes) - 1, pieces)
#define H265(bytes) h265_depay((const uint8_t *)(bytes), sizeof(bytes) - 1, pieces)

static void test_h264_single(void)
{
    g_assert_cmpint(H264("\x65\x88\x84"), ==, 1);
    assert_piece(0, "", 0, "\x65\x88\x84", 3, true, true, 5);
    g_assert_cmpint(h264_depay(NULL, 0, pieces), ==, 0);
    /* Annex B inside RTP */
    g_assert_cmpint(H264("\0\0\0\1\x67\x42\0\0\1\x68\xce"), ==, 1);
    assert_piece(0, "", 0, "\x67\x42\0\0\1\x68\xce", 7, true, true, 7);
}

static void test_h264_aggregate(void)
{
    g_assert_cmpint(H264("\x18\0\2\x67\x42\0\3\x68\xce\x3c"), ==, 2);
    assert_piece(0, "", 0, "\x67\x42", 2, true, true, 7);
    assert_piece(1, "", 0, "\x68\xce\x3c", 3, true, true, 8);
    g_assert_cmpint(H264("\x18\0\0\0\2\x67\x42"), ==, 1); /* an empty one between */
    g_assert_cmpint(H264("\x18\0\5\x67\x42"), ==, -1);    /* a length that lies */
    g_assert_cmpint(H264("\x18"), ==, 0);
}

static void test_h264_fragments(void)
{
    g_assert_cmpint(H264("\x7c\x85\xaa\xbb"), ==, 1);
    assert_piece(0, "\x65", 1, "\xaa\xbb", 2, true, false, 5);
    g_assert_cmpint(H264("\x7c\x25\xcc"), ==, 1); /* reserved bit set */
    assert_piece(0, "", 0, "\xcc", 1, false, false, 5);
    g_assert_cmpint(H264("\x7c\x41\xdd"), ==, 1); /* type changed on the way */
    assert_piece(0, "", 0, "\xdd", 1, false, true, 1);
    g_assert_cmpint(H264("\x7c\x05"), ==, 0); /* an empty one */
    g_assert_cmpint(H264("\x7c\x85"), ==, 1); /* empty, but it begins: the header counts */
    assert_piece(0, "\x65", 1, "", 0, true, false, 5);
    g_assert_cmpint(H264("\x7c\x45"), ==, 1); /* empty, but it ends */
    assert_piece(0, "", 0, "", 0, false, true, 5);
    /* Annex B cut into fragments, with either start code */
    g_assert_cmpint(H264("\x1c\x80\0\0\1\x65\xee"), ==, 1);
    assert_piece(0, "", 0, "\x65\xee", 2, true, false, 5);
    g_assert_cmpint(H264("\x1c\x80\0\1\x65\xee"), ==, 1);
    assert_piece(0, "", 0, "\x65\xee", 2, true, false, 5);
    g_assert_cmpint(H264("\x7c"), ==, -1);
    g_assert_cmpint(H264("\x19\0\0\1\x41"), ==, -1); /* STAP-B: not asked for */
}

static void test_h265(void)
{
    g_assert_cmpint(H265("\x26\x01\xaf"), ==, 1);
    assert_piece(0, "", 0, "\x26\x01\xaf", 3, true, true, 19);
    g_assert_cmpint(H265("\x60\x01\0\3\x40\x01\x0c\0\3\x42\x01\x01"), ==, 2);
    assert_piece(0, "", 0, "\x40\x01\x0c", 3, true, true, 32);
    assert_piece(1, "", 0, "\x42\x01\x01", 3, true, true, 33);
    g_assert_cmpint(H265("\x62\x01\x93\xaa"), ==, 1);
    assert_piece(0, "\x26\x01", 2, "\xaa", 1, true, false, 19);
    g_assert_cmpint(H265("\x62\x01\x53\xbb"), ==, 1);
    assert_piece(0, "", 0, "\xbb", 1, false, true, 19);
    g_assert_cmpint(H265("\x62\x01\x13"), ==, 0); /* an empty one */
    g_assert_cmpint(H265("\x62\x00\x80\0\1\x26\x01\xaf"), ==, 1);
    assert_piece(0, "", 0, "\x26\x01\xaf", 3, true, false, 19);
    g_assert_cmpint(H265("\x62\x00\x80\1\x26\x01\xaf"), ==, 1);
    assert_piece(0, "", 0, "\x26\x01\xaf", 3, true, false, 19);
    g_assert_cmpint(H265("\0\0\1\x26\x01\xaf"), ==, 1); /* Annex B inside RTP */
    assert_piece(0, "", 0, "\x26\x01\xaf", 3, true, true, 19);
    g_assert_cmpint(H265("\x62\x01"), ==, -1);
    g_assert_cmpint(H265("\x60\x01\0\x9\x40"), ==, -1);
    g_assert_cmpint(H265("\x26"), ==, -1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/depay/h264-single", test_h264_single);
    g_test_add_func("/depay/h264-aggregate", test_h264_aggregate);
    g_test_add_func("/depay/h264-fragments", test_h264_fragments);
    g_test_add_func("/depay/h265", test_h265);
    return g_test_run();
}
