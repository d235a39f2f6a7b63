/* Personal data in free text: what is one and what only looks like it. */
#include "cases/case_text.h"
#include <glib.h>

static void test_found(void)
{
    static const char *const texts[] = {"请回电13812345678",
                                        "电话：138 1234 5678。",
                                        "138-1234-5678 李",
                                        "热线12345 19912345678",
                                        "１３８１２３４５６７８",
                                        "身份证11010519491231002X",
                                        "身份证 11010519491231002x，",
                                        NULL};
    for (guint i = 0; texts[i]; i++) {
        if (!case_text_names_person(texts[i]))
            g_error("nothing is found in %s", texts[i]);
    }
}

static void test_not_found(void)
{
    static const char *const texts[] = {"",
                                        "楼上装修噪音",
                                        "2026-11-23 08:00 报",
                                        "0571-87654321",
                                        "案号2026-0117",
                                        "12812345678",
                                        "138123456789",
                                        "110105194912310021", /* the check digit is wrong */
                                        "订单202611231234567890",
                                        "1101051949123100",
                                        NULL};
    for (guint i = 0; texts[i]; i++) {
        if (case_text_names_person(texts[i]))
            g_error("a person is seen in %s", texts[i]);
    }
    g_assert_false(case_text_names_person(NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/case_text/found", test_found);
    g_test_add_func("/case_text/not-found", test_not_found);
    return g_test_run();
}
