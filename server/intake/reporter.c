#include "intake/reporter.h"
#include "common/log.h"
#include "intake/intake_private.h"
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

enum { KEY_BYTES = 32, HASH_BYTES = 16, DAY_BYTES = 10, FILE_BYTES = DAY_BYTES + KEY_BYTES };

struct reporter {
    char *path;
    char day[DAY_BYTES + 1]; /* "2026-11-22", where this server stands */
    unsigned char key[KEY_BYTES];
    bool unsaved; /* today's key is in memory alone */
};

static void day_of(int64_t now_us, char day[DAY_BYTES + 1])
{
    time_t seconds = (time_t)(now_us / G_USEC_PER_SEC);
    struct tm parts;
    localtime_r(&seconds, &parts);
    strftime(day, DAY_BYTES + 1, "%Y-%m-%d", &parts);
}

static bool read_today(struct reporter *reporter)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    bool good = g_file_get_contents(reporter->path, &text, &size, NULL) && size == FILE_BYTES &&
                memcmp(text, reporter->day, DAY_BYTES) == 0;
    if (good)
        memcpy(reporter->key, text + DAY_BYTES, KEY_BYTES);
    if (text)
        sodium_memzero(text, size);
    return good;
}

/* Where it cannot be written, yesterday's key goes all the same. */
static bool save(struct reporter *reporter, GError **error)
{
    char text[FILE_BYTES];
    memcpy(text, reporter->day, DAY_BYTES);
    memcpy(text + DAY_BYTES, reporter->key, KEY_BYTES);
    bool good = g_file_set_contents_full(reporter->path, text, FILE_BYTES,
                                         G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
    sodium_memzero(text, sizeof text);
    if (!good)
        g_unlink(reporter->path);
    reporter->unsaved = !good;
    return good;
}

static bool begin_day(struct reporter *reporter, GError **error)
{
    randombytes_buf(reporter->key, KEY_BYTES);
    return save(reporter, error);
}

struct reporter *reporter_open(const char *path, int64_t now_us, GError **error)
{
    struct reporter *reporter = g_new0(struct reporter, 1);
    reporter->path = g_strdup(path);
    day_of(now_us, reporter->day);
    if (read_today(reporter) || begin_day(reporter, error))
        return reporter;
    reporter_close(reporter);
    return NULL;
}

void reporter_close(struct reporter *reporter)
{
    if (!reporter)
        return;
    g_free(reporter->path);
    sodium_memzero(reporter, sizeof *reporter);
    g_free(reporter);
}

/* What two ways of writing one number have in common. */
static char *plain(const char *text)
{
    GString *plain = g_string_new(NULL);
    for (const char *c = text; *c; c = g_utf8_next_char(c)) {
        gunichar letter = g_unichar_tolower(g_utf8_get_char(c));
        if (g_unichar_isalnum(letter))
            g_string_append_unichar(plain, letter);
    }
    bool foreign = strspn(plain->str, "0123456789") == plain->len && plain->len == 13 &&
                   g_str_has_prefix(plain->str, "86");
    if (foreign)
        g_string_erase(plain, 0, 2);
    return g_string_free(plain, FALSE);
}

/* Returned: is it another day? */
static bool turn_day(struct reporter *reporter, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    char day[DAY_BYTES + 1];
    day_of(now_us, day);
    if (strcmp(day, reporter->day) == 0)
        return false;
    memcpy(reporter->day, day, sizeof day);
    if (!begin_day(reporter, &error))
        log_warn("intake", "today's key of reporters is not on disk: %s", error->message);
    return true;
}

void reporter_turn(struct reporter *reporter, int64_t now_us)
{
    if (!turn_day(reporter, now_us) && reporter->unsaved && save(reporter, NULL))
        log_info("intake", "today's key of reporters is on disk");
}

char *reporter_hash(struct reporter *reporter, const char *text, int64_t now_us)
{
    turn_day(reporter, now_us);
    unsigned char hash[HASH_BYTES];
    char hex[2 * HASH_BYTES + 1];
    char *same = plain(text);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)same, strlen(same), reporter->key,
                       KEY_BYTES);
    secret_free(same);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return g_strdup(hex);
}
