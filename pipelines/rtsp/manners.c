#include "rtsp/manners.h"
#include "common/log.h"
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

enum { MAX_ADDRESSES = 20000, MAX_FILE_BYTES = 4 << 20, MAX_LINE_BYTES = 2048 };

struct manner {
    bool udp_first, tcp_worked;
};

struct manners {
    GHashTable *by_address;
    char *path; /* NULL: none */
    bool dirty;
};

static void read_file(struct manners *manners)
{
    GStatBuf file;
    g_autofree char *text = NULL;
    gsize size;
    if (g_stat(manners->path, &file) == 0 && file.st_size <= MAX_FILE_BYTES &&
        g_file_get_contents(manners->path, &text, &size, NULL))
        manners_read(manners, text, size);
    manners->dirty = false;
}

struct manners *manners_create(const char *path)
{
    struct manners *manners = g_new0(struct manners, 1);
    manners->by_address = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    manners->path = g_strdup(path);
    if (path)
        read_file(manners);
    return manners;
}

void manners_destroy(struct manners *manners)
{
    if (!manners)
        return;
    g_hash_table_unref(manners->by_address);
    g_free(manners->path);
    g_free(manners);
}

bool manners_udp_first(const struct manners *manners, const char *address)
{
    const struct manner *manner = g_hash_table_lookup(manners->by_address, address);
    return manner && manner->udp_first;
}

static struct manner *of(struct manners *manners, const char *address)
{
    struct manner *manner = g_hash_table_lookup(manners->by_address, address);
    if (manner)
        return manner;
    if (g_hash_table_size(manners->by_address) >= MAX_ADDRESSES)
        g_hash_table_remove_all(manners->by_address);
    manner = g_new0(struct manner, 1);
    g_hash_table_insert(manners->by_address, g_strdup(address), manner);
    return manner;
}

void manners_worked(struct manners *manners, const char *address, bool udp)
{
    struct manner *manner = of(manners, address);
    manners->dirty |= manner->udp_first != udp;
    manner->udp_first = udp;
    manner->tcp_worked |= !udp;
}

void manners_silent(struct manners *manners, const char *address, bool udp)
{
    struct manner *manner = of(manners, address);
    bool udp_first = !udp && !manner->tcp_worked;
    manners->dirty |= manner->udp_first != udp_first;
    manner->udp_first = udp_first;
}

/* --- the file */

static bool is_address(const char *line)
{
    if (strlen(line) > MAX_LINE_BYTES || g_ascii_strncasecmp(line, "rtsp", 4) != 0 ||
        !strstr(line, "://"))
        return false;
    for (const char *at = line; *at; at++)
        if (!g_ascii_isgraph(*at))
            return false;
    return true;
}

void manners_read(struct manners *manners, const char *text, size_t size)
{
    for (const char *end = text + size; text < end;) {
        const char *feed = memchr(text, '\n', (size_t)(end - text));
        g_autofree char *line = g_strndup(text, (gsize)((feed ? feed : end) - text));
        if (is_address(line) && g_hash_table_size(manners->by_address) < MAX_ADDRESSES)
            of(manners, line)->udp_first = true;
        text = feed ? feed + 1 : end;
    }
}

void manners_save(struct manners *manners)
{
    if (!manners->dirty || !manners->path)
        return;
    manners->dirty = false;
    g_autoptr(GString) text = g_string_new(NULL);
    GHashTableIter iter;
    gpointer address, value;
    g_hash_table_iter_init(&iter, manners->by_address);
    while (g_hash_table_iter_next(&iter, &address, &value)) {
        const struct manner *manner = value;
        if (manner->udp_first && is_address(address) && text->len < MAX_FILE_BYTES - MAX_LINE_BYTES)
            g_string_append_printf(text, "%s\n", (const char *)address);
    }
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents_full(manners->path, text->str, (gssize)text->len,
                                  G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
        log_warn("rtsp", "which cameras want UDP is not remembered beyond this run: %s",
                 error->message);
}
