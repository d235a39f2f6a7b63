#include "bytes.h"
#include "rtsp/interleaved.h"
#include <glib.h>
#include <string.h>

static enum cut_kind cut_text(const char *text, size_t size, struct cut *cut)
{
    g_autofree uint8_t *exact = g_memdup2(text, size);
    enum cut_kind kind = interleaved_cut(exact, size, cut);
    if (kind == CUT_FRAME || kind == CUT_MESSAGE)
        cut->data = (const uint8_t *)text + (cut->data - exact);
    return kind;
}
#define CUT(text, cut) cut_text(text, sizeof(text) - 1, cut)

static void test_frames(void)
{
    struct cut cut;
    g_assert_cmpint(CUT("$\2\0\3abc$", &cut), ==, CUT_FRAME);
    g_assert_cmpuint(cut.channel, ==, 2);
    assert_bytes(cut.data, cut.size, "abc", 3);
    g_assert_cmpuint(cut.used, ==, 7);
    g_assert_cmpint(CUT("$\2\0\0", &cut), ==, CUT_FRAME);
    g_assert_cmpuint(cut.size, ==, 0);
    for (size_t size = 0; size < 7; size++)
        g_assert_cmpint(cut_text("$\2\0\3abc", size, &cut), ==, CUT_MORE);
}

static void test_messages(void)
{
    static const char answer[] = "RTSP/1.0 200 OK\r\nCSeq: 9\r\nContent-Length:  3\r\n\r\nabc$";
    struct cut cut;
    g_assert_cmpint(CUT(answer, &cut), ==, CUT_MESSAGE);
    g_assert_cmpuint(cut.used, ==, sizeof answer - 2);
    for (size_t size = 1; size < sizeof answer - 2; size++)
        g_assert_cmpint(cut_text(answer, size, &cut), ==, CUT_MORE);
    g_assert_cmpint(CUT("OPTIONS rtsp://a/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", &cut), ==, CUT_MESSAGE);
    g_assert_cmpint(CUT("\r\n\r\n$\0\0\0", &cut), ==, CUT_SKIP);
    g_assert_cmpuint(cut.used, ==, 4);
}

static void test_desync(void)
{
    struct cut cut;
    g_assert_cmpint(CUT("\x80\x60\0\1", &cut), ==, CUT_DESYNC);
    g_assert_cmpint(CUT("rtsp/1.0 200 OK", &cut), ==, CUT_DESYNC);
    g_assert_cmpint(CUT("AAAAAAAAAAAAAAAAAAAAAAAA", &cut), ==, CUT_DESYNC);
    g_assert_cmpint(CUT("RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n", &cut), ==,
                    CUT_DESYNC);
    /* a head without an end is not waited for beyond its bound */
    g_autofree char *head = g_strnfill(CUT_MAX_HEADER_BYTES, 'a');
    static const char begin[] = "RTSP/1.0 200 OK\r\nX: ";
    for (size_t i = 0; begin[i]; i++)
        head[i] = begin[i];
    g_assert_cmpint(cut_text(head, CUT_MAX_HEADER_BYTES - 1, &cut), ==, CUT_MORE);
    g_assert_cmpint(cut_text(head, CUT_MAX_HEADER_BYTES, &cut), ==, CUT_DESYNC);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/interleaved/frames", test_frames);
    g_test_add_func("/interleaved/messages", test_messages);
    g_test_add_func("/interleaved/desync", test_desync);
    return g_test_run();
}
