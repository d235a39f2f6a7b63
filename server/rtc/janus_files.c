#include "rtc/janus_files.h"
#include "common/config.h"
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

enum { SECRET_BYTES = 24 };

static bool fail(GError **error, const char *what, const char *path)
{
    g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "%s %s: %s", what, path,
                g_strerror(errno));
    return false;
}

bool janus_files_ours(const json_t *config)
{
    return g_str_has_prefix(config_string(config, "rtc.url"), "unix:") &&
           !config_get(config, "rtc.secret");
}

static char *folder(const json_t *config)
{
    return g_build_filename(config_string(config, "data_dir"), "janus", NULL);
}

static char *random_text(void)
{
    GString *text = g_string_new(NULL);
    guint8 bytes[SECRET_BYTES];
    if (getentropy(bytes, sizeof(bytes)) != 0)
        g_error("no random bytes: %s", g_strerror(errno));
    for (size_t i = 0; i < sizeof(bytes); i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

static bool write_file(const char *dir, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static bool make_folder(const char *dir, GError **error)
{
    return g_mkdir_with_parents(dir, 0700) == 0 || fail(error, "cannot make", dir);
}

/* Kept over restarts of either side: both may be restarted alone. */
static char *kept_secret(const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "secret", NULL);
    char *secret = NULL;
    if (g_file_get_contents(path, &secret, NULL, NULL) && *g_strstrip(secret))
        return secret;
    g_free(secret);
    secret = random_text();
    if (make_folder(dir, error) && write_file(dir, "secret", secret, error))
        return secret;
    g_free(secret);
    return NULL;
}

char *janus_files_secret(const json_t *config, GError **error)
{
    const json_t *set = config_get(config, "rtc.secret");
    if (set)
        return g_strdup(json_string_value(set));
    g_autofree char *dir = folder(config);
    return janus_files_ours(config) ? kept_secret(dir, error) : NULL;
}

/* A folder that holds nothing but a link to one library of Janus, so that it loads no other. */
static bool link_library(const char *dir, const char *kind, const char *name, GError **error)
{
    g_autofree char *inner = g_build_filename(dir, kind, NULL);
    g_autofree char *path = g_build_filename(inner, name, NULL);
    g_autofree char *pattern = g_strdup_printf("/usr/lib/*/janus/%s/%s", kind, name);
    glob_t found = {0};
    if (!make_folder(inner, error))
        return false;
    bool there = glob(pattern, 0, NULL, &found) == 0;
    if (!there)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Janus is not installed: no %s",
                    pattern);
    g_unlink(path);
    bool linked =
        there && (symlink(found.gl_pathv[0], path) == 0 || fail(error, "cannot link", path));
    globfree(&found);
    return linked;
}

/* In the syntax of libconfig. */
static char *quoted(const char *text)
{
    GString *out = g_string_new("\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

static void add(GString *out, const char *key, const char *value)
{
    g_autofree char *text = quoted(value);
    g_string_append_printf(out, "\t%s = %s\n", key, text);
}

static void add_inner(GString *out, const char *key, const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    add(out, key, path);
}

/* Where media are taken. Janus 1.1 never takes loopback where there is another interface (ice.c),
 * so that "loopback alone" cannot be said. */
static void add_addresses(GString *out, const json_t *config)
{
    const char *addresses = config_string(config, "rtc.addresses");
    const char *outside = config_string(config, "rtc.outside_address");
    g_string_append(out, "nat: {\n");
    if (*addresses)
        add(out, "ice_enforce_list", addresses);
    if (*outside)
        add(out, "nat_1_1_mapping", outside);
    g_string_append(out, "}\n");
}

static char *main_text(const json_t *config, const char *dir, const char *secret)
{
    GString *out = g_string_new("general: {\n");
    g_autofree char *admin = random_text();
    add(out, "configs_folder", dir);
    add_inner(out, "plugins_folder", dir, "plugins");
    add_inner(out, "transports_folder", dir, "transports");
    add_inner(out, "events_folder", dir, "none");
    add_inner(out, "loggers_folder", dir, "none");
    add(out, "api_secret", secret);
    add(out, "admin_secret", admin);
    g_string_append(out, "\tdebug_level = 3\n\tdebug_colors = false\n\tdebug_timestamps = true\n"
                         "\tsession_timeout = 60\n}\nmedia: {\n");
    g_string_append_printf(out, "\trtp_port_range = \"%d-%d\"\n",
                           (int)config_int(config, "rtc.port_low"),
                           (int)config_int(config, "rtc.port_high"));
    g_string_append(out, "\tslowlink_threshold = 15\n}\n");
    add_addresses(out, config);
    return g_string_free(out, FALSE);
}

static char *transport_text(const char *socket)
{
    GString *out = g_string_new("general: {\n\tjson = \"compact\"\n\tws = true\n\twss = false\n");
    add(out, "ws_unix", socket);
    g_string_append(out, "}\nadmin: {\n\tadmin_ws = false\n\tadmin_wss = false\n}\n");
    return g_string_free(out, FALSE);
}

bool janus_files_write(const json_t *config, GError **error)
{
    if (!janus_files_ours(config)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "rtc.url is not of a Janus of our own");
        return false;
    }
    g_autofree char *dir = folder(config);
    g_autofree char *url = config_address(config, "rtc.url");
    const char *socket = url + strlen("unix:");
    g_autofree char *none = g_build_filename(dir, "none", NULL);
    g_autofree char *secret = make_folder(none, error) ? kept_secret(dir, error) : NULL;
    if (!secret)
        return false;
    g_autofree char *main = main_text(config, dir, secret);
    g_autofree char *transport = transport_text(socket);
    g_unlink(socket); /* of one that was killed */
    return link_library(dir, "plugins", "libjanus_videoroom.so", error) &&
           link_library(dir, "transports", "libjanus_websockets.so", error) &&
           write_file(dir, "janus.jcfg", main, error) &&
           write_file(dir, "janus.transport.websockets.jcfg", transport, error) &&
           write_file(dir, "janus.plugin.videoroom.jcfg", "general: {\n}\n", error);
}
