/* Any JSON against the shipped schema; addresses and URLs of any text. */
#include "common/config.h"
#include "common/link_address.h"
#include "common/redis_url.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *schema(void)
{
    static json_t *loaded;
    if (!loaded)
        loaded = json_load_file(TW_SOURCE_DIR "/config/townwall.schema.json", 0, NULL);
    g_assert_nonnull(loaded);
    return loaded;
}

static void addresses(const char *text)
{
    struct redis_url url;
    g_autoptr(GError) error = NULL;
    if (redis_url_parse(text, &url, &error)) {
        g_assert_true(url.path || (url.host && url.port));
        redis_url_clear(&url);
    } else {
        g_assert_nonnull(error);
    }
    struct link_address address;
    g_clear_error(&error);
    if (link_address_parse(text, &address, &error)) {
        g_assert_true(address.path || address.host);
        link_address_is_loopback(&address);
        link_address_clear(&address);
    } else {
        g_assert_nonnull(error);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup(size ? (const char *)data : "", size);
    if (g_utf8_validate(text, -1, NULL))
        addresses(text);
    json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    if (!value)
        return 0;
    g_autoptr(GString) errors = g_string_new(NULL);
    bool ok = config_check(value, schema(), "fuzz", errors);
    g_assert_cmpint(ok, ==, errors->len == 0);
    g_assert_true(g_utf8_validate(errors->str, -1, NULL));
    if (ok) { /* filled with defaults, it must still fit */
        g_assert_true(config_check(value, schema(), "fuzz", errors));
        g_assert_cmpint(config_int(value, "server.port"), >=, 0);
    }
    json_decref(value);
    return 0;
}
