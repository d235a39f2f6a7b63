/* Texts, gateways, waits: what may be said, to whom, how often. */
#include "notify/backoff.h"
#include "notify/kinds.h"
#include "notify/message.h"
#include "notify/template.h"
#include <string.h>

/* --- texts */

static void refused(const char *text, gsize at, const char *said)
{
    gsize place = 99;
    g_autofree char *reason = NULL;
    g_assert_false(template_check(text, &place, &reason));
    g_assert_cmpuint(place, ==, at);
    g_assert_nonnull(strstr(reason, said));
}

static void test_template(void)
{
    gsize place;
    char *reason;
    g_assert_true(template_check("无变量", &place, &reason));
    g_assert_true(template_check("{code}{kind} {department} {item} {due} {link}", &place, &reason));
    refused("到{phone}", 3, "personal");
    refused("{title}", 0, "free text");
    refused("{code} {reporter}", 7, "personal");
    refused("{cod}", 0, "no variable {cod}");
    refused("{}", 0, "no variable");
    refused("a {code", 2, "not closed");
    refused("a } b", 2, "not opened");
    refused("{{code}}", 0, "not closed");
    json_t *facts =
        json_pack("{s:s,s:s,s:s}", "code", "2026-0117", "due", "{code}", "name", "张三");
    g_autofree char *filled = template_fill("[{code}] {due} {link}.", facts);
    g_assert_cmpstr(filled, ==, "[2026-0117] {code} ."); /* what stands in a fact is not filled */
    json_decref(facts);
}

/* --- the file */

static struct plan *read_plan(const char *text, GError **error)
{
    return plan_read(text, strlen(text), "notify.json", error);
}

static void wrong(const char *text, const char *place, const char *reason)
{
    g_autoptr(GError) error = NULL;
    struct plan *plan = read_plan(text, &error);
    g_assert_null(plan);
    g_assert_nonnull(error);
    if (!strstr(error->message, place) || !strstr(error->message, reason))
        g_error("%s\ndoes not name %s, %s", error->message, place, reason);
    g_assert_null(strstr(error->message, "hidden-key"));
}

#define CHANNEL(rest) "{\"channels\":[{\"id\":\"a\",\"kind\":\"json\"," rest "}]}"

static void test_plan(void)
{
    g_autoptr(GError) error = NULL;
    struct plan *plan = plan_load(NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(plan->channels->len, ==, 0);
    plan_destroy(plan);
    wrong("[]", "file", "object");
    wrong("{\"chanels\":[]}", "chanels", "did you mean \"channels\"");
    wrong("{\"templates\":[{\"id\":\"t\",\"text\":\"急：{reporter}\"}]}", "templates[0] t, byte 6",
          "personal");
    wrong("{\"templates\":[{\"id\":\"t\",\"text\":\"{codes}\"}]}", "templates[0] t", "no variable");
    wrong(CHANNEL("\"url\":\"http://gw.example.org/?k=hidden-key\""), "channels[0] a", "https://");
    wrong(CHANNEL("\"url\":\"https://u:hidden-key@gw.example.org/\""), "channels[0] a", "password");
    wrong(CHANNEL("\"url\":\"https://gw/\",\"template\":\"none\""), "channels[0] a",
          "no such template");
    wrong(CHANNEL("\"url\":\"https://gw/\",\"kinds\":[\"orders\"]"), "channels[0].kinds[0]",
          "expected");
    wrong(CHANNEL("\"url\":\"https://gw/\",\"headers\":[{\"name\":\"X\",\"value\":\"{phone}\"}]"),
          "channels[0] a", "header");
    wrong("{\"channels\":[{\"id\":\"w\",\"kind\":\"wecom_app\",\"url\":\"https://q/\"}]}",
          "channels[0] w", "corp");
    wrong("{\"channels\":[{\"id\":\"a\",\"kind\":\"json\",\"url\":\"https://q/\"},"
          "{\"id\":\"a\",\"kind\":\"json\",\"url\":\"https://q/\"}]}",
          "channels[1] a", "already");
}

static void test_channel(void)
{
    struct plan *plan = read_plan(
        "{\"channels\":[{\"id\":\"p\",\"kind\":\"json\",\"url\":\"https://q/\",\"departments\":"
        "[\"police\"],\"roles\":[\"supervisor\"]},{\"id\":\"all\",\"kind\":\"sms\",\"url\":"
        "\"https://q/\",\"departments\":[\"*\"],\"kinds\":[\"order\"],\"to\":[{\"of\":"
        "\"police\",\"address\":\"110\"}]},{\"id\":\"off\",\"kind\":\"json\",\"url\":"
        "\"https://q/\",\"departments\":[\"*\"],\"enabled\":false}]}",
        NULL);
    const struct channel *p = plan_channel(plan, "p"), *all = plan_channel(plan, "all");
    g_assert_true(channel_takes(p, "order", "police", NULL));
    g_assert_false(channel_takes(p, "order", "green", NULL));
    g_assert_true(channel_takes(p, "undelivered", NULL, "supervisor"));
    g_assert_false(channel_takes(p, "meeting", "police", NULL));
    g_assert_true(channel_takes(all, "order", "police", NULL));
    g_assert_false(channel_takes(all, "order", "green", NULL)); /* no number */
    g_assert_false(channel_takes(all, "urge", "police", NULL));
    g_assert_false(channel_takes(plan_channel(plan, "off"), "order", "police", NULL));
    plan_destroy(plan);
}

/* --- messages */

static struct plan *example(void)
{
    g_autofree char *text = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(TW_SOURCE_DIR "/tests/fuzz/notify/corpus/all.json", &text,
                                      &size, NULL));
    GError *error = NULL;
    struct plan *plan = plan_read(text, size, "all.json", &error);
    g_assert_no_error(error);
    return plan;
}

static struct message *make(const struct plan *plan, const char *id, const char *token)
{
    json_t *facts =
        json_pack("{s:s,s:s,s:s}", "code", "2026-0117", "kind", "交办", "department", "派出所\"\n");
    const struct message_facts about = {"01ABC", "police", facts, token, NULL, false};
    struct message *message = message_make(plan_channel(plan, id), &about);
    json_decref(facts);
    return message;
}

static void test_shapes(void)
{
    struct plan *plan = example();
    struct message *message = make(plan, "j", NULL);
    json_t *body = json_loads(message->body, 0, NULL);
    g_assert_cmpstr(json_string_value(json_object_get(body, "id")), ==, "01ABC");
    g_assert_cmpstr(json_string_value(json_object_get(body, "for")), ==, "police");
    g_assert_true(g_strv_contains((const char *const *)message->headers, "Idempotency-Key: 01ABC"));
    g_assert_true(g_strv_contains((const char *const *)message->headers,
                                  "Authorization: Bearer s3cretvalue"));
    json_decref(body);
    message_free(message);
    message = make(plan, "r", NULL);
    body = json_loads(message->body, 0, NULL);
    g_assert_cmpstr(json_string_value(json_object_get(body, "msgtype")), ==, "text");
    g_assert_nonnull(json_object_get(json_object_get(body, "text"), "content"));
    json_decref(body);
    message_free(message);
    message = make(plan, "w", "t k");
    g_assert_true(g_str_has_suffix(message->url, "/cgi-bin/message/send?access_token=t%20k"));
    body = json_loads(message->body, 0, NULL);
    g_assert_cmpstr(json_string_value(json_object_get(body, "touser")), ==, "u1|u2");
    g_assert_cmpint(json_integer_value(json_object_get(body, "agentid")), ==, 7);
    json_decref(body);
    message_free(message);
    message = make(plan, "s", NULL);
    g_assert_true(g_str_has_prefix(message->body, "mobile=0571&content=%E3%80%90"));
    g_assert_true(g_strv_contains((const char *const *)message->headers, "X-Key: x1") == false);
    message_free(message);
    plan_destroy(plan);
}

static void judged(const struct plan *plan, const char *id, long status, const char *answer,
                   bool taken, const char *said)
{
    bool stale;
    g_autofree char *reason = NULL;
    bool good =
        message_taken(plan_channel(plan, id), status, answer, strlen(answer), &stale, &reason);
    g_assert_cmpint(good, ==, taken);
    g_assert_nonnull(strstr(reason, said));
    g_assert_cmpuint(strlen(reason), <=, 200);
    g_assert_null(strstr(reason, "s3cretvalue"));
    g_assert_null(strstr(reason, "abcdef123456"));
}

static void test_answers(void)
{
    struct plan *plan = example();
    judged(plan, "j", 200, "{\"code\":0}", true, "code");
    judged(plan, "j", 200, "{\"code\":\"0\"}", true, "");
    judged(plan, "j", 200, "{\"code\":1,\"got\":\"Bearer s3cretvalue\"}", false, "Bearer ***");
    judged(plan, "j", 200, "<html>", false, "<html>");
    judged(plan, "j", 302, "", false, "");
    judged(plan, "j", 500, "\x01\xff oops\r\n", false, "oops");
    judged(plan, "r", 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", true, "ok");
    judged(plan, "r", 200, "{\"errcode\":93000,\"errmsg\":\"invalid key=abcdef123456\"}", false,
           "93000");
    judged(plan, "s", 204, "", true, "");
    bool stale;
    g_autofree char *reason = NULL;
    const char *old = "{\"errcode\":42001}";
    g_assert_false(message_taken(plan_channel(plan, "w"), 200, old, strlen(old), &stale, &reason));
    g_assert_true(stale);
    g_autofree char *some = g_strnfill(198, 'x');
    g_autofree char *wide = g_strdup_printf("%s汉%s", some, some);
    g_autofree char *cut = message_clip(plan_channel(plan, "s"), wide, strlen(wide));
    g_assert_true(g_utf8_validate(cut, -1, NULL) && strlen(cut) == 198);
    plan_destroy(plan);
}

/* What stands in a value is no pattern: a department may be named like one. */
static void test_fill(void)
{
    struct plan *plan = read_plan(
        "{\"channels\":[{\"id\":\"s\",\"kind\":\"sms\",\"url\":\"https://q/\",\"secret\":"
        "\"s3cretvalue\",\"departments\":[\"*\"],\"to\":[{\"of\":\"police\",\"address\":"
        "\"{secret}{text}\"}],\"body\":[{\"name\":\"content\",\"value\":\"{text}\"},{\"name\":"
        "\"to\",\"value\":\"{to}\"},{\"name\":\"key\",\"value\":\"{id}{secret}\"}]}]}",
        NULL);
    g_assert_nonnull(plan);
    json_t *facts = json_pack("{s:s,s:s}", "code", "2026-0117", "department", "{secret}{to}");
    const struct message_facts about = {"01ABC", "police", facts, NULL, NULL, false};
    struct message *message = message_make(plan_channel(plan, "s"), &about);
    json_t *body = json_loads(message->body, 0, NULL);
    const char *content = json_string_value(json_object_get(body, "content"));
    g_assert_nonnull(strstr(content, "{secret}{to}"));
    g_assert_null(strstr(content, "s3cretvalue"));
    g_assert_cmpstr(json_string_value(json_object_get(body, "to")), ==, "{secret}{text}");
    g_assert_cmpstr(json_string_value(json_object_get(body, "key")), ==, "01ABCs3cretvalue");
    json_decref(body);
    message_free(message);
    json_decref(facts);
    plan_destroy(plan);
}

/* Keys stand in addresses too: in values of the query, in long parts of the path. */
static void test_keys(void)
{
    struct plan *plan = read_plan(
        "{\"channels\":[{\"id\":\"a\",\"kind\":\"json\",\"url\":\"https://gw.example.org/hooks/"
        "T0123456789abcdefXY/send?v=1&key=k%2Fey-4711&sign=another-key\"}]}",
        NULL);
    g_assert_nonnull(plan);
    const char *said = "no /hooks/T0123456789abcdefXY/send for k/ey-4711, k%2Fey-4711, another-key";
    g_autofree char *kept = message_clip(plan_channel(plan, "a"), said, strlen(said));
    g_assert_cmpstr(kept, ==, "no /hooks/***/send for ***, ***, ***");
    plan_destroy(plan);
}

/* --- waits */

static void test_backoff(void)
{
    const struct backoff b = {.first_us = 10, .most_us = 100, .tries = 6};
    static const gint64 longest[] = {10, 20, 40, 80, 100};
    for (guint i = 0; i < G_N_ELEMENTS(longest); i++) {
        g_assert_cmpint(backoff_wait(&b, i + 1, 1), ==, longest[i]);
        g_assert_cmpint(backoff_wait(&b, i + 1, 0), ==, longest[i] / 2);
        g_assert_cmpint(backoff_wait(&b, i + 1, 0.5), ==, longest[i] * 3 / 4);
    }
    g_assert_cmpint(backoff_wait(&b, 6, 0.5), ==, -1);
    g_assert_cmpint(backoff_wait(&b, 7, 0.5), ==, -1);
    const struct backoff once = {.first_us = 10, .most_us = 100, .tries = 1};
    g_assert_cmpint(backoff_wait(&once, 1, 0), ==, -1);
    const struct backoff huge = {.first_us = G_MAXINT32, .most_us = G_MAXINT64 / 4, .tries = 200};
    g_assert_cmpint(backoff_wait(&huge, 150, 1), >, 0);
}

/* --- who is told */

static void tells(const char *act, const char *outcome, const char *state, const char *from,
                  const char *kind, guint groups)
{
    struct notify_told told[4];
    const struct notify_seen seen = {act, outcome, state, from};
    guint count = notify_tell(&seen, told, G_N_ELEMENTS(told));
    g_assert_cmpuint(count, ==, kind ? 1 : 0);
    if (!kind)
        return;
    g_assert_cmpstr(told[0].kind, ==, kind);
    g_assert_cmpuint(told[0].groups, ==, groups);
    g_assert_nonnull(notify_kind(told[0].kind));
}

static void test_kinds(void)
{
    tells("return", "first", "RETURNED", "WORKING", "returned", TO_OPERATORS | TO_SENDER);
    tells("return", "again", "RULING", "WORKING", "ruling", TO_SUPERVISORS);
    tells("review", "pass", "VERIFY", "FEEDBACK", "verify", TO_VERIFIERS);
    tells("spot", NULL, "VERIFY", "ACCEPTED", "verify", TO_VERIFIERS);
    tells("comment", NULL, "VERIFY", "VERIFY", NULL, 0);
    tells("verify", "unreached", "VERIFY", "VERIFY", NULL, 0);
    tells("undelivered", NULL, "DISPATCHED", "DISPATCHED", "undelivered",
          TO_SUPERVISORS | TO_LEADERS);
    tells("seen", NULL, "DISPATCHED", NULL, NULL, 0);
    tells("edit", NULL, "TRIAGED", "TRIAGED", NULL, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notify/template", test_template);
    g_test_add_func("/notify/plan", test_plan);
    g_test_add_func("/notify/channel", test_channel);
    g_test_add_func("/notify/shapes", test_shapes);
    g_test_add_func("/notify/answers", test_answers);
    g_test_add_func("/notify/fill", test_fill);
    g_test_add_func("/notify/keys", test_keys);
    g_test_add_func("/notify/backoff", test_backoff);
    g_test_add_func("/notify/kinds", test_kinds);
    return g_test_run();
}
