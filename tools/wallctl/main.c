/* wallctl: townwalld from the command line (docs/wallctl.md). */
#include "wallctl/client.h"
#include "wallctl/text.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/var/lib/townwall/wall.sock"

static void show_progress(const json_t *progress)
{
    if (!isatty(STDERR_FILENO))
        return;
    g_autofree char *text = json_dumps(progress, JSON_COMPACT);
    fprintf(stderr, "%s\n", text);
}

static void say_json(const json_t *value)
{
    g_autofree char *text = json_dumps(value, JSON_INDENT(2) | JSON_ENCODE_ANY);
    printf("%s\n", text);
}

static int fail(const struct arguments *a, int status, const char *code, const char *message)
{
    bool ours = strcmp(code, "no_server") == 0 || strcmp(code, "no_answer") == 0 ||
                strcmp(code, "failed") == 0; /* in this language already */
    fprintf(stderr, "wallctl: %s%s\n", a && !ours ? text_before(code, a->language) : "", message);
    if (a && a->json) {
        json_t *error = json_pack("{s:{s:s,s:s}}", "error", "code", code, "message", message);
        say_json(error);
        json_decref(error);
    }
    return status;
}

static int status_of_code(const char *code)
{
    static const struct {
        const char *code;
        int status;
    } table[] = {{"usage", EXIT_USAGE}, {"not_found", EXIT_NOT_FOUND}, {"partly", EXIT_PARTLY}};
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (strcmp(table[i].code, code) == 0)
            return table[i].status;
    }
    return EXIT_REFUSED;
}

static void show_data(const struct arguments *a, const json_t *data)
{
    if (a->json) {
        say_json(data);
        return;
    }
    GString *out = g_string_new(NULL);
    a->command->print(data, a->language, out);
    fputs(out->str, stdout);
    g_string_free(out, TRUE);
}

static int show_answer(const struct arguments *a, const json_t *answer)
{
    const json_t *data = json_object_get(answer, "data");
    if (json_is_true(json_object_get(answer, "ok"))) {
        show_data(a, data);
        return EXIT_DONE;
    }
    const char *code = json_string_value(json_object_get(answer, "code"));
    const char *message = json_string_value(json_object_get(answer, "message"));
    if (!code || !message)
        return fail(a, EXIT_REFUSED, "failed", text_of(TEXT_REFUSED, a->language));
    if (!data)
        return fail(a, status_of_code(code), code, message);
    show_data(a, data);
    fprintf(stderr, "wallctl: %s%s\n", text_before(code, a->language), message);
    return status_of_code(code);
}

static int run(const struct arguments *a)
{
    g_autoptr(GError) error = NULL;
    json_t *args = a->command->request(a, &error);
    if (!args) {
        int status = error->domain == ARGUMENTS_ERROR ? error->code : EXIT_REFUSED;
        const char *code = status == EXIT_USAGE       ? "usage"
                           : status == EXIT_NO_SERVER ? "no_server"
                                                      : "file";
        return fail(a, status, code, error->message);
    }
    if (!*a->command->cmd) {
        show_data(a, args);
        json_decref(args);
        return EXIT_DONE;
    }
    json_t *answer = client_ask(a->socket, a->command->cmd, args, show_progress, &error);
    if (!answer) {
        bool away = g_error_matches(error, CLIENT_ERROR, CLIENT_NO_SERVER);
        g_autofree char *message = g_strdup_printf(
            "%s: %s", text_of(away ? TEXT_NO_SERVER : TEXT_NO_ANSWER, a->language), error->message);
        return fail(a, EXIT_NO_SERVER, away ? "no_server" : "no_answer", message);
    }
    int status = show_answer(a, answer);
    json_decref(answer);
    return status;
}

/* Wrong usage: what is wrong, and how the command that was meant is used. */
static int misused(int argc, char **argv, enum language language, const char *message)
{
    struct arguments asked = {.language = language};
    const char *word = NULL;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        asked.json |= strcmp(argv[i], "--json") == 0;
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            asked.language = strcmp(argv[i + 1], "zh") == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
        for (const struct command *c = commands; !word && c->words[0]; c++)
            word = strcmp(c->words[0], argv[i]) == 0 ? argv[i] : NULL;
    }
    fail(&asked, EXIT_USAGE, "usage", message);
    g_autofree char *help = word ? text_help_of(word, asked.language) : NULL;
    fprintf(stderr, "%s", help ? help : "");
    fprintf(stderr, "%s\n", text_of(TEXT_TRY_HELP, asked.language));
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const char *socket = getenv("TOWNWALL_SOCKET");
    enum language language = language_of(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"));
    g_autoptr(GError) error = NULL;
    struct arguments *a =
        arguments_read(argc, argv, socket && *socket ? socket : DEFAULT_SOCKET, language, &error);
    if (!a)
        return misused(argc, argv, language, error->message);
    int status = EXIT_DONE;
    if (a->help || a->version)
        fputs(text_of(a->help ? TEXT_HELP : TEXT_VERSION, a->language), stdout);
    else
        status = run(a);
    arguments_free(a);
    return status;
}
