#include "wallctl/arguments.h"
#include "wallctl/print.h"
#include "wallctl/replay.h"
#include <stdio.h>
#include <string.h>

#define WALLCTL_ERROR  (arguments_error_quark())
#define PASSWORD_BYTES ARGUMENTS_LINE_BYTES

#define usage_error(error, ...) g_set_error(error, WALLCTL_ERROR, EXIT_USAGE, __VA_ARGS__)

GQuark arguments_error_quark(void)
{
    return g_quark_from_static_string("wallctl");
}

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

static json_t *item_args(const struct arguments *arguments, GError **error)
{
    (void)error;
    return json_pack("{s:s,s:s*}", "id", arguments->operand, "item", arguments->item);
}

/* The server is elsewhere in the tree of folders. */
static json_t *place_args(const struct arguments *arguments, GError **error)
{
    (void)error;
    g_autofree char *path = g_canonicalize_filename(arguments->operand, NULL);
    return json_pack("{s:s,s:b}", "file", path, "keys", !arguments->without_keys);
}

static bool read_file(const char *path, char **content, gsize *size, GError **error)
{
    return g_file_get_contents(strcmp(path, "-") == 0 ? "/dev/stdin" : path, content, size, error);
}

/* Spreadsheets of the field write GB18030: what is no UTF-8 is taken for that. A byte of zero says
 * that it is no text of either kind (UTF-16 is full of them). */
char *arguments_read_file(const char *path, GError **error)
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
    g_autofree char *text = arguments_read_file(arguments->operand, error);
    return text ? json_pack("{s:s,s:s,s:b}", "csv", text, "name", arguments->operand, "dry_run",
                            arguments->dry_run)
                : NULL;
}

bool arguments_read_line(char line[ARGUMENTS_LINE_BYTES], const char *what, GError **error)
{
    if (!fgets(line, ARGUMENTS_LINE_BYTES, stdin)) {
        usage_error(error, "there is no %s on standard input", what);
        return false;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

/* The first line of standard input into `password`. */
static bool read_password(const struct arguments *arguments, char password[PASSWORD_BYTES],
                          GError **error)
{
    if (!arguments->password_stdin) {
        usage_error(error, "the password comes on standard input: --password-stdin");
        return false;
    }
    return arguments_read_line(password, "password", error);
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
    {{"cases", "import"},
     "cases.import",
     "FILE",
     " dry-run partial ",
     cases_import_args,
     print_cases_import},
    {{"cases", "export"},
     "cases.export",
     "FILE",
     " table area state department ",
     cases_export_args,
     print_status},
    {{"cameras", "list"}, "cameras.list", NULL, "", no_args, print_cameras},
    {{"cameras", "show"}, "cameras.show", "ID", "", id_args, print_status},
    {{"areas", "findings"}, "areas.findings", NULL, "", no_args, print_findings},
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
    {{"users", "change"},
     "users.change",
     "LOGIN",
     " name unit department phone grants enable disable ",
     user_change_args,
     print_status},
    {{"users", "unlock"}, "users.unlock", "LOGIN", "", login_args, print_status},
    {{"users", "totp-off"}, "users.totp-off", "LOGIN", "", login_args, print_status},
    {{"departments", "list"}, "departments.list", NULL, "", no_args, print_departments},
    {{"departments", "add"},
     "departments.add",
     "ID",
     " name name-en kind area parent leader phone ",
     department_add_args,
     print_status},
    {{"departments", "change"},
     "departments.change",
     "ID",
     " name name-en kind area parent leader phone enable disable ",
     department_change_args,
     print_status},
    {{"audit", "export"}, "", NULL, "", audit_export_args, print_audit_export},
    {{"audit", "verify"}, "", "FILE", " key ", audit_verify_args, print_audit_verify},
    {{"audit", "key"}, "audit.key", NULL, "", no_args, print_audit_key},
    {{"routes"}, "routes.list", NULL, "", no_args, print_routes},
    {{"sensors", "import"},
     "sensors.import",
     "FILE",
     " dry-run ",
     import_args,
     print_sensor_import},
    {{"sensors", "list"}, "sensors.list", NULL, "", no_args, print_sensors},
    {{"feeds", "add"},
     "feeds.add",
     "ID",
     " kind name dimension mapping settings rate secret-stdin ",
     feeds_add_args,
     print_feed_key},
    {{"feeds", "change"},
     "feeds.change",
     "ID",
     " name dimension mapping settings rate secret-stdin ",
     feeds_change_args,
     print_feed_key},
    {{"feeds", "rotate"}, "feeds.rotate", "ID", "", id_args, print_feed_key},
    {{"feeds", "enable"}, "feeds.change", "ID", "", feeds_enable_args, print_feed_key},
    {{"feeds", "disable"}, "feeds.change", "ID", "", feeds_disable_args, print_feed_key},
    {{"feeds", "remove"}, "feeds.remove", "ID", "", id_args, print_feed_removed},
    {{"backup"}, "backup", "FILE|DIR", " without-keys ", place_args, print_backup},
    {{"restore"}, "restore", "FILE", "", place_args, print_restore},
    {{"replay"}, "", "FILE", " rules labels areas brief ", replay_args, print_replay},
    {{"feeds", "list"}, "feeds.list", NULL, "", no_args, print_feeds},
    {{"feeds", "show"}, "feeds.show", "ID", "", id_args, print_status},
    {{"feeds", "import"},
     "feeds.import",
     "FILE",
     " feed dry-run ",
     feeds_import_args,
     print_feed_import},
    {{"feeds", "rejected"}, "feeds.rejected", "ID", "", id_args, print_rejected},
    {{"feeds", "retry"}, "feeds.retry", "ID", " item ", item_args, print_retried},
    {{"feeds", "drop"}, "feeds.drop", "ID", " item ", item_args, print_dropped},
    {{"poison", "list"}, "poison.list", NULL, "", no_args, print_poison},
    {{"poison", "retry"}, "poison.retry", "ID", "", id_args, print_status},
    {{"poison", "drop"}, "poison.drop", "ID", "", id_args, print_status},
    {{"notify", "list"},
     "notify.list",
     NULL,
     " state channel ",
     notify_list_args,
     print_deliveries},
    {{"notify", "retry"}, "notify.retry", "ID|all", " channel ", notify_retry_args, print_status},
    {{"notify", "test"}, "notify.test", "CHANNEL", "", notify_test_args, print_status},
    {{NULL}, NULL, NULL, NULL, NULL, NULL},
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
    g_free(a->kind);
    g_free(a->dimension);
    g_free(a->mapping);
    g_free(a->settings);
    g_free(a->rate);
    g_free(a->feed);
    g_free(a->item);
    g_free(a->rules);
    g_free(a->labels);
    g_free(a->areas);
    g_free(a->department);
    g_free(a->phone);
    g_free(a->grants);
    g_free(a->name_en);
    g_free(a->parent);
    g_free(a->leader);
    g_free(a->key);
    g_free(a->state);
    g_free(a->channel);
    g_free(a->table);
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
        {"kind", &a->kind, NULL, false},
        {"dimension", &a->dimension, NULL, false},
        {"mapping", &a->mapping, NULL, false},
        {"settings", &a->settings, NULL, false},
        {"rate", &a->rate, NULL, false},
        {"feed", &a->feed, NULL, false},
        {"item", &a->item, NULL, false},
        {"secret-stdin", NULL, &a->secret_stdin, false},
        {"rules", &a->rules, NULL, false},
        {"labels", &a->labels, NULL, false},
        {"areas", &a->areas, NULL, false},
        {"brief", NULL, &a->brief, false},
        {"department", &a->department, NULL, false},
        {"table", &a->table, NULL, false},
        {"partial", NULL, &a->partial, false},
        {"phone", &a->phone, NULL, false},
        {"grants", &a->grants, NULL, false},
        {"name-en", &a->name_en, NULL, false},
        {"parent", &a->parent, NULL, false},
        {"leader", &a->leader, NULL, false},
        {"key", &a->key, NULL, false},
        {"enable", NULL, &a->enable, false},
        {"disable", NULL, &a->disable, false},
        {"without-keys", NULL, &a->without_keys, false},
        {"state", &a->state, NULL, false},
        {"channel", &a->channel, NULL, false},
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

/* How many of the words name the command; 0: it is another one. */
static guint words_of(const struct command *c, const GPtrArray *words)
{
    guint used = 0;
    while (used < G_N_ELEMENTS(c->words) && c->words[used]) {
        if (used >= words->len || strcmp(c->words[used], words->pdata[used]) != 0)
            return 0;
        used++;
    }
    return used;
}

static bool take_command(struct reader *r, GError **error)
{
    guint count = r->words->len;
    for (const struct command *c = commands; c->cmd; c++) {
        guint used = words_of(c, r->words);
        if (!used)
            continue;
        if (count != used + (c->operand ? 1 : 0)) {
            g_autofree char *name = g_strjoinv(" ", (char **)c->words);
            usage_error(error, "%s takes %s", name, c->operand ? c->operand : "nothing more");
            return false;
        }
        r->a->command = c;
        r->a->operand = c->operand ? g_strdup(r->words->pdata[used]) : NULL;
        return true;
    }
    const char *first = count ? r->words->pdata[0] : "";
    const char *second = count > 1 ? r->words->pdata[1] : NULL;
    bool group = false;
    for (const struct command *c = commands; count == 1 && c->words[0]; c++)
        group |= strcmp(c->words[0], first) == 0;
    if (!count)
        usage_error(error, "a command is missing");
    else if (group)
        usage_error(error, "%s wants to know what to do", first);
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
