#include "wallctl/arguments.h"
#include "wallctl/print.h"
#include <stdio.h>
#include <string.h>

#define WALLCTL_ERROR (g_quark_from_static_string("wallctl"))
/* Longest line read from standard input as a password. */
#define PASSWORD_BYTES 1024

#define usage_error(error, ...) g_set_error(error, WALLCTL_ERROR, EXIT_USAGE, __VA_ARGS__)

/* --- requests */

static json_t *no_args(const struct arguments *arguments, GError **error)
{
    (void)arguments;
    (void)error;
    return json_object();
}

static json_t *id_args(const struct arguments *arguments, GError **error)
{
    (void)error;
    return json_pack("{s:s}", "id", arguments->operand);
}

static bool read_file(const char *path, char **content, gsize *size, GError **error)
{
    return g_file_get_contents(strcmp(path, "-") == 0 ? "/dev/stdin" : path, content, size, error);
}

/* Spreadsheets of the field write GB18030: what is no UTF-8 is taken for that. A byte of zero says
 * that it is no text of either kind (UTF-16 is full of them). */
static char *text_of_file(const char *path, GError **error)
{
    g_autofree char *content = NULL;
    gsize size, written = 0;
    if (!read_file(path, &content, &size, error))
        return NULL;
    if (g_utf8_validate(content, (gssize)size, NULL))
        return g_steal_pointer(&content);
    g_autofree char *text =
        g_convert(content, (gssize)size, "UTF-8", "GB18030", NULL, &written, NULL);
    if (text && strlen(text) == written && !memchr(content, '\0', size))
        return g_steal_pointer(&text);
    g_set_error(error, WALLCTL_ERROR, EXIT_REFUSED, "%s is neither UTF-8 nor GB18030 text", path);
    return NULL;
}

static json_t *import_args(const struct arguments *arguments, GError **error)
{
    g_autofree char *text = text_of_file(arguments->operand, error);
    return text ? json_pack("{s:s,s:s,s:b}", "csv", text, "name", arguments->operand, "dry_run",
                            arguments->dry_run)
                : NULL;
}

/* The first line of standard input into `password`. */
static bool read_password(const struct arguments *arguments, char password[PASSWORD_BYTES],
                          GError **error)
{
    if (!arguments->password_stdin) {
        usage_error(error, "the password comes on standard input: --password-stdin");
        return false;
    }
    if (!fgets(password, PASSWORD_BYTES, stdin)) {
        usage_error(error, "there is no password on standard input");
        return false;
    }
    password[strcspn(password, "\r\n")] = '\0';
    return true;
}

static json_t *user_args(const struct arguments *arguments, GError **error)
{
    char password[PASSWORD_BYTES];
    if (!arguments->role || !arguments->password_stdin) {
        usage_error(error, "users add needs --role ROLE and --password-stdin");
        return NULL;
    }
    if (!read_password(arguments, password, error))
        return NULL;
    json_t *args = json_pack("{s:s,s:s,s:s,s:s*,s:s*,s:s*}", "login", arguments->operand, "role",
                             arguments->role, "password", password, "name", arguments->name, "area",
                             arguments->area, "unit", arguments->unit);
    memset(password, 0, sizeof password);
    if (!args)
        usage_error(error, "the password or a name is not UTF-8");
    return args;
}

static json_t *password_args(const struct arguments *arguments, GError **error)
{
    char password[PASSWORD_BYTES];
    if (!read_password(arguments, password, error))
        return NULL;
    json_t *args = json_pack("{s:s,s:s}", "login", arguments->operand, "password", password);
    memset(password, 0, sizeof password);
    if (!args)
        usage_error(error, "the password is not UTF-8");
    return args;
}

const struct command commands[] = {
    {{"status", NULL}, "status", NULL, "", no_args, print_status},
    {{"cameras", "import"}, "cameras.import", "FILE", " dry-run ", import_args, print_import},
    {{"cameras", "list"}, "cameras.list", NULL, "", no_args, print_cameras},
    {{"cameras", "show"}, "cameras.show", "ID", "", id_args, print_status},
    {{"users", "add"},
     "users.add",
     "LOGIN",
     " role name area unit password-stdin ",
     user_args,
     print_user},
    {{"users", "password"},
     "users.password",
     "LOGIN",
     " password-stdin ",
     password_args,
     print_password},
    {{"users", "list"}, "users.list", NULL, "", no_args, print_users},
    {{NULL, NULL}, NULL, NULL, NULL, NULL, NULL},
};

/* --- reading */

void arguments_free(struct arguments *a)
{
    if (!a)
        return;
    g_free(a->socket);
    g_free(a->operand);
    g_free(a->role);
    g_free(a->name);
    g_free(a->area);
    g_free(a->unit);
    g_free(a);
}

/* Where an option puts its value or its flag. */
struct option {
    const char *name;
    char **text;
    bool *flag;
    bool common;
};

struct reader {
    struct arguments *a;
    GPtrArray *words; /* borrowed operands and command words */
    GString *seen;    /* " role name " */
    int argc, at;
    char **argv;
};

static bool set_option(struct reader *r, const struct option *option, const char *inline_value,
                       GError **error)
{
    if (option->flag) {
        if (inline_value) {
            usage_error(error, "--%s takes no value", option->name);
            return false;
        }
        *option->flag = true;
    } else {
        const char *value = inline_value;
        if (!value && r->at < r->argc)
            value = r->argv[r->at++];
        if (!value) {
            usage_error(error, "--%s needs a value", option->name);
            return false;
        }
        g_free(*option->text);
        *option->text = g_strdup(value);
    }
    if (!option->common)
        g_string_append_printf(r->seen, "%s ", option->name);
    return true;
}

static bool read_option(struct reader *r, const char *word, char **language, GError **error)
{
    struct arguments *a = r->a;
    const struct option table[] = {
        {"help", NULL, &a->help, true},
        {"version", NULL, &a->version, true},
        {"json", NULL, &a->json, true},
        {"socket", &a->socket, NULL, true},
        {"lang", language, NULL, true},
        {"dry-run", NULL, &a->dry_run, false},
        {"password-stdin", NULL, &a->password_stdin, false},
        {"role", &a->role, NULL, false},
        {"name", &a->name, NULL, false},
        {"area", &a->area, NULL, false},
        {"unit", &a->unit, NULL, false},
    };
    const char *equals = strchr(word, '=');
    size_t size = equals ? (size_t)(equals - word) : strlen(word);
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (strlen(table[i].name) == size && strncmp(table[i].name, word, size) == 0)
            return set_option(r, &table[i], equals ? equals + 1 : NULL, error);
    }
    usage_error(error, "there is no option --%s", word);
    return false;
}

static bool read_words(struct reader *r, char **language, GError **error)
{
    bool only_operands = false;
    while (r->at < r->argc) {
        char *word = r->argv[r->at++];
        if (!only_operands && strcmp(word, "--") == 0) {
            only_operands = true;
        } else if (!only_operands && strcmp(word, "-h") == 0) {
            r->a->help = true;
        } else if (!only_operands && g_str_has_prefix(word, "--")) {
            if (!read_option(r, word + 2, language, error))
                return false;
        } else if (!only_operands && word[0] == '-' && word[1]) {
            usage_error(error, "there is no option %s", word);
            return false;
        } else {
            g_ptr_array_add(r->words, word);
        }
    }
    return true;
}

static bool take_command(struct reader *r, GError **error)
{
    guint count = r->words->len;
    const char *first = count ? r->words->pdata[0] : "";
    const char *second = count > 1 ? r->words->pdata[1] : NULL;
    for (const struct command *c = commands; c->cmd; c++) {
        bool matches = strcmp(c->words[0], first) == 0 &&
                       (!c->words[1] || g_strcmp0(c->words[1], second) == 0);
        if (!matches)
            continue;
        guint used = c->words[1] ? 2 : 1;
        guint wanted = used + (c->operand ? 1 : 0);
        if (count != wanted) {
            usage_error(error, "%s%s%s takes %s", c->words[0], c->words[1] ? " " : "",
                        c->words[1] ? c->words[1] : "", c->operand ? c->operand : "nothing more");
            return false;
        }
        r->a->command = c;
        r->a->operand = c->operand ? g_strdup(r->words->pdata[used]) : NULL;
        return true;
    }
    if (!count)
        usage_error(error, "a command is missing");
    else
        usage_error(error, "there is no command %s%s%s", first, second ? " " : "",
                    second ? second : "");
    return false;
}

static bool options_fit(const struct reader *r, GError **error)
{
    g_auto(GStrv) seen = g_strsplit(r->seen->str, " ", -1);
    for (char **name = seen; *name; name++) {
        g_autofree char *word = g_strdup_printf(" %s ", *name);
        if (**name && !strstr(r->a->command->options, word)) {
            usage_error(error, "this command takes no --%s", *name);
            return false;
        }
    }
    return true;
}

static bool take_language(struct arguments *a, const char *language, GError **error)
{
    if (!language)
        return true;
    if (strcmp(language, "zh") != 0 && strcmp(language, "en") != 0) {
        usage_error(error, "--lang is zh or en");
        return false;
    }
    a->language = strcmp(language, "zh") == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
    return true;
}

struct arguments *arguments_read(int argc, char **argv, const char *socket, enum language language,
                                 GError **error)
{
    struct arguments *a = g_new0(struct arguments, 1);
    struct reader r = {.a = a, .argc = argc, .argv = argv, .at = 1};
    g_autofree char *lang = NULL;
    a->socket = g_strdup(socket);
    a->language = language;
    r.words = g_ptr_array_new();
    r.seen = g_string_new(NULL);
    bool fine = read_words(&r, &lang, error) && take_language(a, lang, error);
    if (fine && !a->help && !a->version)
        fine = take_command(&r, error) && options_fit(&r, error);
    g_ptr_array_unref(r.words);
    g_string_free(r.seen, TRUE);
    if (fine)
        return a;
    arguments_free(a);
    return NULL;
}

enum language language_of(const char *lc_all, const char *lc_messages, const char *lang)
{
    const char *const order[] = {lc_all, lc_messages, lang};
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        if (order[i] && *order[i])
            return g_str_has_prefix(order[i], "zh") ? LANGUAGE_ZH : LANGUAGE_EN;
    }
    return LANGUAGE_EN;
}
