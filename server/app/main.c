/* townwalld: the control plane. */
#include "app/app.h"
#include "common/config.h"
#include "common/log.h"
#include "net/net.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

/* Exit codes: 0 stopped by a signal, 1 a part could not start, 2 wrong use or configuration. */
enum { EXIT_PART = 1, EXIT_USAGE = 2 };

static json_t *read_config(const char *path, const char *schema)
{
    g_autoptr(GError) error = NULL;
    json_t *config = config_load(path, schema, &error);
    if (config && !net_check_config(config, &error)) {
        g_prefix_error(&error, "%s: ", path ? path : "the default configuration");
        g_clear_pointer(&config, json_decref);
    }
    if (!config)
        fprintf(stderr, "townwalld: %s\n", error->message);
    return config;
}

static int run(const json_t *config)
{
    enum log_level level = LOG_LEVEL_INFO;
    log_level_parse(config_string(config, "log.level"), &level);
    log_init("townwalld", level);
    struct loop *loop = loop_create(NULL);
    loop_catch_signals(loop);
    g_autoptr(GError) error = NULL;
    struct app *app = app_create(loop, config, &error);
    if (!app)
        log_error("app", "%s", error->message);
    else
        loop_run(loop);
    bool started = app != NULL;
    app_destroy(app);
    loop_destroy(loop);
    return started ? EXIT_SUCCESS : EXIT_PART;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    g_autofree char *path = NULL, *schema = NULL;
    gboolean check = FALSE, version = FALSE;
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "configuration (JSON)", "FILE"},
        {"schema", 0, 0, G_OPTION_ARG_FILENAME, &schema, "JSON Schema in place of the built-in one",
         "FILE"},
        {"check-config", 0, 0, G_OPTION_ARG_NONE, &check, "check the configuration and exit", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, "print the version and exit", NULL},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    g_option_context_set_summary(context, "townwalld: control plane of the town wall");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
        fprintf(stderr, "townwalld: %s; --help lists the options\n",
                error ? error->message : "unexpected argument");
        return EXIT_USAGE;
    }
    if (version) {
        puts("townwalld " TW_VERSION);
        return EXIT_SUCCESS;
    }
    json_t *config = read_config(path, schema);
    if (!config)
        return EXIT_USAGE;
    int code = EXIT_SUCCESS;
    if (check)
        printf("%s is right\n", path ? path : "the default configuration");
    else
        code = run(config);
    json_decref(config);
    return code;
}
