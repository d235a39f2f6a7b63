/* Any bytes are refused with a place, or are a plan by which a message can be made for every
 * channel; the same bytes as an answer are judged and cut without a secret in them. */
#include "notify/message.h"
#include "notify/template.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct plan *plan, const char *text, size_t size)
{
    json_t *facts = json_pack("{s:s,s:s}", "code", "2026-0001", "kind", text);
    for (guint i = 0; facts && i < plan->channels->len; i++) {
        const struct channel *channel = plan->channels->pdata[i];
        const struct message_facts about = {"id", "police", facts, NULL, NULL, false};
        struct message *message = message_make(channel, &about);
        g_assert_nonnull(message->url);
        g_assert_nonnull(message->body);
        for (guint h = 0; message->headers[h]; h++)
            g_assert_null(strpbrk(message->headers[h], "\r\n"));
        message_free(message);
        bool stale;
        g_autofree char *reason = NULL;
        message_taken(channel, 200, text, size, &stale, &reason);
        g_assert_true(strlen(reason) <= 200 && g_utf8_validate(reason, -1, NULL));
    }
    json_decref(facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strndup((const char *)data, size);
    struct plan *plan = plan_read((const char *)data, size, "fuzz", &error);
    g_assert_true((plan == NULL) == (error != NULL));
    if (plan)
        use(plan, text, strlen(text));
    plan_destroy(plan);
    gsize place;
    g_autofree char *reason = NULL;
    if (template_check(text, &place, &reason)) {
        g_autofree char *filled = template_fill(text, NULL);
        g_assert_cmpuint(strlen(filled), <=, strlen(text));
        g_assert_null(strpbrk(filled, "{}"));
    } else {
        g_assert_true(place < strlen(text) && reason);
    }
    return 0;
}
