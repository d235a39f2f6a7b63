/* townwalld: the control plane. */
#include "app/app.h"
#include "common/config.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "net/net.h"
#include "rtc/janus_files.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

/* What a restore is to be, and what came of it. */
struct restore {
    const char *file;
    json_t *told; /* NULL: nothing was restored */
};

/* *again: g_free(); the file of a restore that wallctl asked for. */
static int run(const json_t *config, const struct restore *restore, char **again)
{
    struct loop *loop = loop_create(NULL);
    loop_catch_signals(loop);
    g_autoptr(GError) error = NULL;
    struct app *app = app_create(loop, config, &error);
    if (!app)
        log_error("app", "%s", error->message);
    if (app && restore->told)
        app_note_restored(app, restore->told);
    if (app)
        loop_run(loop);
    bool started = app != NULL;
    *again = started ? app_restore_file(app) : NULL;
    app_destroy(app);
    loop_destroy(loop);
    return started ? EXIT_SUCCESS : EXIT_PART;
}

/* false: the store is as it was. */
static bool put_back(const json_t *config, struct restore *restore)
{
    g_autoptr(GError) error = NULL;
    restore->told = app_restore(config, restore->file, &error);
    if (!restore->told) {
        log_error("store", "nothing was restored: %s", error->message);
        return false;
    }
    log_info("store",
             "restored from %s: %" JSON_INTEGER_FORMAT " rows, %" JSON_INTEGER_FORMAT
             " files; browsers begin anew",
             restore->file, json_integer_value(json_object_get(restore->told, "rows")),
             json_integer_value(json_object_get(restore->told, "files")));
    return true;
}

/* The same process from the beginning, which restores and then runs: its supervisor sees no end. */
static int start_again(const char *config, const char *schema, const char *file)
{
    const char *argv[8] = {"townwalld", "--go-on", "--restore", file};
    int count = 4;
    if (config) {
        argv[count++] = "--config";
        argv[count++] = config;
    }
    g_autofree char *named = schema ? g_strconcat("--schema=", schema, NULL) : NULL;
    if (named)
        argv[count++] = named;
    execv("/proc/self/exe", (char **)argv);
    log_error("app", "cannot start again: %s", g_strerror(errno));
    return EXIT_PART;
}

static void begin_log(const json_t *config)
{
    enum log_level level = LOG_LEVEL_INFO;
    log_level_parse(config_string(config, "log.level"), &level);
    log_init("townwalld", level);
}

/* Without `go_on` a restore is all that is done; with it the program runs even if it failed. */
static int serve(const json_t *config, struct restore *restore, bool go_on, char **again)
{
    begin_log(config);
    bool restored = restore->file && put_back(config, restore);
    if (restore->file && !go_on)
        return restored ? EXIT_SUCCESS : EXIT_PART;
    int code = run(config, restore, again);
    json_decref(restore->told);
    return code;
}

/* The configuration was read: what it names is looked at. */
static int check_rules(const json_t *config, const char *path)
{
    g_autoptr(GError) error = NULL;
    if (!app_check(config, &error)) {
        fprintf(stderr, "townwalld: %s\n", error->message);
        return EXIT_USAGE;
    }
    printf("%s is right\n", path ? path : "the default configuration");
    return EXIT_SUCCESS;
}

static int write_janus(const json_t *config)
{
    g_autoptr(GError) error = NULL;
    if (janus_files_write(config, &error))
        return EXIT_SUCCESS;
    fprintf(stderr, "townwalld: %s\n", error->message);
    return EXIT_PART;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    failpoint_init(g_getenv("TW_FAILPOINT"));
    g_autofree char *path = NULL, *schema = NULL;
    g_autofree char *file = NULL, *again = NULL;
    gboolean check = FALSE, janus = FALSE, version = FALSE, go_on = FALSE;
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "configuration (JSON)", "FILE"},
        {"schema", 0, 0, G_OPTION_ARG_FILENAME, &schema, "JSON Schema in place of the built-in one",
         "FILE"},
        {"check-config", 0, 0, G_OPTION_ARG_NONE, &check,
         "check the configuration and the town's rules of cases, and exit", NULL},
        {"write-janus", 0, 0, G_OPTION_ARG_NONE, &janus,
         "write what a Janus of our own begins with into DATA_DIR/janus, and exit", NULL},
        {"restore", 0, 0, G_OPTION_ARG_FILENAME, &file,
         "put a backup in the place of the data, while no townwalld runs on it, and exit", "FILE"},
        {"go-on", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &go_on, NULL, NULL},
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
        code = check_rules(config, path);
    else if (janus)
        code = write_janus(config);
    else
        code = serve(config, &(struct restore){.file = file}, go_on, &again);
    json_decref(config);
    return again ? start_again(path, schema, again) : code;
}
