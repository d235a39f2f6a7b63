#include "rtsp/trust.h"
#include "common/log.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_PLACES = 100000, FINGERPRINT_CHARACTERS = 32 * 3 - 1 };

struct trust {
    /* --- immutable */
    enum trust_policy policy;
    char *path;
    /* --- protected by lock */
    GMutex lock;
    GHashTable *known; /* place → fingerprint */
    struct stat seen;  /* of the file when it was read */
};

/* --- the file */

static bool is_fingerprint(const char *text)
{
    if (strlen(text) != FINGERPRINT_CHARACTERS)
        return false;
    for (size_t i = 0; text[i]; i++)
        if (i % 3 == 2 ? text[i] != ':' : !g_ascii_isxdigit(text[i]))
            return false;
    return true;
}

GHashTable *trust_parse(const char *text, size_t size)
{
    GHashTable *known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *copy = g_strndup(text, size);
    g_auto(GStrv) lines = g_strsplit_set(copy, "\r\n", -1);
    for (char **line = lines; *line && g_hash_table_size(known) < MAX_PLACES; line++) {
        g_auto(GStrv) words = g_strsplit_set(g_strstrip(*line), " \t", 3);
        if (words[0] && words[0][0] != '#' && words[1] && is_fingerprint(words[1]))
            g_hash_table_insert(known, g_strdup(words[0]), g_ascii_strup(words[1], -1));
    }
    return known;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Somebody accepts a new certificate by taking its line out. */
static void read_file(struct trust *trust)
{
    struct stat now;
    if (!trust->path || g_stat(trust->path, &now) != 0 || is_same(&now, &trust->seen))
        return;
    g_autofree char *text = NULL;
    gsize size;
    if (!g_file_get_contents(trust->path, &text, &size, NULL))
        return;
    trust->seen = now;
    g_hash_table_unref(trust->known);
    trust->known = trust_parse(text, size);
}

static void append_file(struct trust *trust, const char *place, const char *fingerprint)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
    g_autoptr(GFile) file = g_file_new_for_path(trust->path);
    g_autoptr(GError) error = NULL;
    g_autoptr(GFileOutputStream) out = g_file_append_to(file, G_FILE_CREATE_PRIVATE, NULL, &error);
    g_autofree char *line = g_strdup_printf("%s %s %s\n", place, fingerprint, date);
    if (!out ||
        !g_output_stream_write_all(G_OUTPUT_STREAM(out), line, strlen(line), NULL, NULL, &error))
        log_warn("rtsp", "certificate of %s is not remembered beyond this run: %s", place,
                 error->message);
}

/* --- judging */

struct trust *trust_create(enum trust_policy policy, const char *path)
{
    struct trust *trust = g_new0(struct trust, 1);
    trust->policy = policy;
    trust->path = g_strdup(path);
    g_mutex_init(&trust->lock);
    trust->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return trust;
}

void trust_destroy(struct trust *trust)
{
    if (!trust)
        return;
    g_mutex_clear(&trust->lock);
    g_hash_table_unref(trust->known);
    g_free(trust->path);
    g_free(trust);
}

char *trust_fingerprint(GTlsCertificate *certificate)
{
    g_autoptr(GByteArray) bytes = NULL;
    g_object_get(certificate, "certificate", &bytes, NULL);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, bytes->data, bytes->len);
    const char *hex = g_checksum_get_string(sum);
    GString *text = g_string_new(NULL);
    for (size_t i = 0; hex[i]; i += 2)
        g_string_append_printf(text, "%s%c%c", i ? ":" : "", g_ascii_toupper(hex[i]),
                               g_ascii_toupper(hex[i + 1]));
    return g_string_free(text, FALSE);
}

/* Returned: what was remembered when it is another one, new string; else NULL. */
static char *remember(struct trust *trust, const char *place, const char *fingerprint)
{
    g_mutex_lock(&trust->lock);
    read_file(trust);
    char *known = g_strdup(g_hash_table_lookup(trust->known, place));
    bool first = !known && g_hash_table_size(trust->known) < MAX_PLACES;
    if (first) {
        g_hash_table_insert(trust->known, g_strdup(place), g_strdup(fingerprint));
        if (trust->path)
            append_file(trust, place, fingerprint);
    }
    g_mutex_unlock(&trust->lock);
    if (first)
        log_info("rtsp", "certificate of %s is remembered: %s", place, fingerprint);
    if (known && !strcmp(known, fingerprint))
        g_clear_pointer(&known, g_free);
    return known;
}

static const char *flaw(GTlsCertificateFlags flags)
{
    if (flags & G_TLS_CERTIFICATE_EXPIRED)
        return "it has expired";
    if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
        return "it is not valid yet";
    if (flags & G_TLS_CERTIFICATE_REVOKED)
        return "it was revoked";
    if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
        return "no authority that this machine trusts has signed it";
    return flags & G_TLS_CERTIFICATE_BAD_IDENTITY ? "it is of another host" : "it is not usable";
}

bool trust_accepts(struct trust *trust, const char *place, GTlsCertificate *certificate,
                   GTlsCertificateFlags flags, GError **error)
{
    if (trust->policy == TRUST_ANY)
        return true;
    g_autofree char *fingerprint = trust_fingerprint(certificate);
    if (trust->policy == TRUST_CA) {
        g_set_error(error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                    "the certificate of %s (SHA-256 %s) is refused: %s", place, fingerprint,
                    flaw(flags));
        return false;
    }
    g_autofree char *other = remember(trust, place, fingerprint);
    if (!other)
        return true;
    g_autofree char *name = trust->path ? g_path_get_basename(trust->path) : g_strdup("memory");
    g_set_error(error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                "%s shows another certificate than before: SHA-256 %s, known is %s. If the camera "
                "was replaced, take its line out of %s",
                place, fingerprint, other, name);
    return false;
}
