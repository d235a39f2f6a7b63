/* townwall-media: the media plane. */
#include "common/config.h"
#include "common/heap.h"
#include "common/log.h"
#include "node/node.h"
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

struct arguments {
    char *config, *schema, *cameras;
    gboolean check, stats, version, no_pictures;
};

static bool parse(struct arguments *arguments, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &arguments->config, "Configuration", "FILE"},
        {"schema", 0, 0, G_OPTION_ARG_FILENAME, &arguments->schema, "Its schema", "FILE"},
        {"check-config", 0, 0, G_OPTION_ARG_NONE, &arguments->check, "Check it and end", NULL},
        {"cameras", 0, 0, G_OPTION_ARG_FILENAME, &arguments->cameras,
         "Run these cameras (CSV: id,url,sub_url) without townwalld", "FILE"},
        {"stats", 0, 0, G_OPTION_ARG_NONE, &arguments->stats, "Print a line of JSON each second",
         NULL},
        {"no-pictures", 0, 0, G_OPTION_ARG_NONE, &arguments->no_pictures,
         "Decode no keyframes (to measure what taking in costs)", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &arguments->version, "Print the version", NULL},
        {0},
    };
    g_autoptr(GError) error = NULL;
    GOptionContext *context = g_option_context_new("– takes cameras in");
    g_option_context_add_main_entries(context, entries, NULL);
    bool parsed = g_option_context_parse(context, argc, argv, &error);
    g_option_context_free(context);
    if (!parsed)
        fprintf(stderr, "townwall-media: %s\n", error->message);
    else if (*argc > 1)
        fprintf(stderr, "townwall-media: unexpected argument %s\n", (*argv)[1]);
    return parsed && *argc == 1;
}

/* Each camera is a socket; UDP ones are three. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int run(const struct arguments *arguments, const json_t *config)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *csv = NULL;
    if (arguments->cameras && !g_file_get_contents(arguments->cameras, &csv, NULL, &error)) {
        log_error("media", "%s", error->message);
        return EXIT_FAILURE;
    }
    struct settings settings;
    settings_read(&settings, config);
    struct loop *loop = loop_create(NULL);
    loop_catch_signals(loop);
    struct node_options options = {
        .settings = &settings,
        .cameras_csv = csv,
        .stats_to_stdout = arguments->stats,
        .pictures = !arguments->no_pictures,
    };
    struct node *node = node_create(loop, &options, &error);
    if (node)
        loop_run(loop);
    else
        log_error("media", "%s%s%s", csv ? arguments->cameras : "", csv ? ": " : "",
                  error->message);
    node_destroy(node);
    loop_destroy(loop);
    settings_clear(&settings);
    return node ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void clear(struct arguments *arguments)
{
    g_free(arguments->config);
    g_free(arguments->schema);
    g_free(arguments->cameras);
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    if (!parse(&arguments, &argc, &argv))
        return 2;
    if (arguments.version) {
        printf("townwall-media %s\n", TW_VERSION);
        return EXIT_SUCCESS;
    }
    g_autoptr(GError) error = NULL;
    json_t *config = config_load(arguments.config, arguments.schema, &error);
    if (!config) {
        fprintf(stderr, "%s\n", error->message);
        return EXIT_FAILURE;
    }
    int status = EXIT_SUCCESS;
    enum log_level level = LOG_LEVEL_INFO;
    log_level_parse(config_string(config, "log.level"), &level);
    log_init("townwall-media", level);
    raise_descriptor_limit();
    heap_begin();
    if (arguments.check)
        printf("the configuration is right\n");
    else
        status = run(&arguments, config);
    json_decref(config);
    clear(&arguments);
    return status;
}
