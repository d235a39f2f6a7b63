#include "simcams/server.h"
#include <libavutil/log.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

static bool write_ready_file(const struct server *server, GError **error)
{
    const struct options *options = server->options;
    if (!options->ready_file)
        return true;
    g_autofree char *text =
        g_strdup_printf("{\"port\": %u, \"pid\": %d, \"cameras\": %u}\n", server->port,
                        (int)getpid(), server->fleet->cameras->len);
    return g_file_set_contents(options->ready_file, text, -1, error);
}

/* The folder beside the program, where the build puts the clips. */
static char *default_clips(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(program ? program : ".");
    return g_build_filename(folder, "clips", NULL);
}

static bool run(struct options *options, int argc, char **argv, GError **error)
{
    if (!options_parse(options, argc, argv, error))
        return false;
    if (!options->clips)
        options->clips = default_clips();
    struct fleet *fleet = fleet_create(options, error);
    struct server *server = fleet ? server_create(options, fleet, error) : NULL;
    const bool ok = server && write_ready_file(server, error);
    if (ok) {
        printf("simcams ready rtsp://%s:%u %u cameras\n", options->listen, server->port,
               fleet->cameras->len);
        fflush(stdout);
        server_run(server);
    }
    server_destroy(server);
    fleet_destroy(fleet);
    return ok;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    av_log_set_level(AV_LOG_ERROR);
    struct options options;
    g_autoptr(GError) error = NULL;
    const bool ok = run(&options, argc, argv, &error);
    if (!ok)
        fprintf(stderr, "simcams: %s\n", error->message);
    options_clear(&options);
    return ok ? 0 : 2;
}
