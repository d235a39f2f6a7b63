#include "simcams/options.h"
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

static bool fail(GError **error, const char *text)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, text);
    return false;
}

static bool read_auth(struct options *options, const char *name, GError **error)
{
    static const char *const names[] = {"none", "basic", "digest", "mixed"};
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_strcmp0(name, names[i]) == 0) {
            options->auth = (enum auth_mode)i;
            return true;
        }
    }
    return fail(error, "--auth is none, basic, digest or mixed");
}

static bool read_main_size(struct options *options, const char *text, GError **error)
{
    if (!text)
        return true;
    char rest;
    if (sscanf(text, "%5dx%5d%c", &options->main_width_px, &options->main_height_px, &rest) == 2)
        return true;
    return fail(error, "--main-size is WIDTHxHEIGHT");
}

static bool read_password(struct options *options, const char *path, GError **error)
{
    if (!path)
        return true;
    g_free(options->password);
    options->password = NULL;
    if (!g_file_get_contents(path, &options->password, NULL, error))
        return false;
    g_strchomp(options->password);
    return true;
}

static bool check(const struct options *options, GError **error)
{
    if (options->cameras < 0 || options->cameras > 4095)
        return fail(error, "--cameras is 1 to 4095 (the stamp has 12 bits)");
    if (options->cameras == 0 && !options->list)
        return fail(error, "--cameras N or --list FILE is needed");
    if (options->port < 0 || options->port > 65535)
        return fail(error, "--port is 0 to 65535");
    if (!(options->rate > 0.01 && options->rate <= 240))
        return fail(error, "--rate is 0.01 to 240 pictures a second");
    if (!(options->h265_share >= 0 && options->h265_share <= 1))
        return fail(error, "--h265-share is 0 to 1");
    if (options->gop < 0)
        return fail(error, "--gop is the most pictures of a group, 0 for all that the clips have");
    if (options->session_timeout_s < 5)
        return fail(error, "--session-timeout is at least 5 seconds");
    if (options->auth != AUTH_NONE && (!options->user || !options->password))
        return fail(error, "--auth needs --user and --password or --password-file");
    return true;
}

bool options_parse(struct options *options, int argc, char **argv, GError **error)
{
    *options = (struct options){.h265_share = 0.3, .rate = 25, .gop = 50, .session_timeout_s = 60};
    g_autofree char *auth = NULL, *password_file = NULL, *main_size = NULL;
    gboolean packets_apart = FALSE;
    GOptionEntry entries[] = {
        {"cameras", 0, 0, G_OPTION_ARG_INT, &options->cameras, "How many cameras", "N"},
        {"port", 0, 0, G_OPTION_ARG_INT, &options->port, "RTSP port (0: any free one)", "P"},
        {"listen", 0, 0, G_OPTION_ARG_STRING, &options->listen, "Address to listen on", "ADDRESS"},
        {"list", 0, 0, G_OPTION_ARG_FILENAME, &options->list, "Camera list", "FILE.csv"},
        {"clips", 0, 0, G_OPTION_ARG_FILENAME, &options->clips, "Folder of clips", "DIR"},
        {"h265-share", 0, 0, G_OPTION_ARG_DOUBLE, &options->h265_share, "Share of H.265", "0.3"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &options->seed, "Decides scene, codec, phase", "S"},
        {"rate", 0, 0, G_OPTION_ARG_DOUBLE, &options->rate, "Pictures a second", "25"},
        {"gop", 0, 0, G_OPTION_ARG_INT, &options->gop, "Most pictures of a group", "50"},
        {"auth", 0, 0, G_OPTION_ARG_STRING, &auth, "none, basic, digest or mixed", "KIND"},
        {"user", 0, 0, G_OPTION_ARG_STRING, &options->user, "User name", "U"},
        {"password", 0, 0, G_OPTION_ARG_STRING, &options->password, "Password", "P"},
        {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file, "Password's file", "F"},
        {"control", 0, 0, G_OPTION_ARG_FILENAME, &options->control, "Control socket", "PATH"},
        {"ready-file", 0, 0, G_OPTION_ARG_FILENAME, &options->ready_file, "Written when ready",
         "FILE"},
        {"packets-apart", 0, 0, G_OPTION_ARG_NONE, &packets_apart, "One write a packet", NULL},
        {"main-size", 0, 0, G_OPTION_ARG_STRING, &main_size, "Expected size of the main clips",
         "1280x720"},
        {"session-timeout", 0, 0, G_OPTION_ARG_INT, &options->session_timeout_s,
         "Silence after which a session ends", "SECONDS"},
        {0},
    };
    GOptionContext *context = g_option_context_new("– simulates RTSP cameras");
    g_option_context_add_main_entries(context, entries, NULL);
    const bool parsed = g_option_context_parse(context, &argc, &argv, error);
    g_option_context_free(context);
    if (!parsed)
        return false;
    if (argc > 1)
        return fail(error, "unexpected argument; see --help");
    options->packets_apart = packets_apart;
    if (!options->listen)
        options->listen = g_strdup("127.0.0.1");
    return read_auth(options, auth ? auth : "none", error) &&
           read_main_size(options, main_size, error) &&
           read_password(options, password_file, error) && check(options, error);
}

void options_clear(struct options *options)
{
    g_free(options->listen);
    g_free(options->list);
    g_free(options->clips);
    g_free(options->user);
    g_free(options->password);
    g_free(options->control);
    g_free(options->ready_file);
    *options = (struct options){0};
}
