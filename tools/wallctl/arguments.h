/* The words after `wallctl`, understood. Pure but for the password and the file it names. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum language { LANGUAGE_EN, LANGUAGE_ZH };

/* Exit statuses (docs/wallctl.md). */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1,
    EXIT_USAGE = 2,
    EXIT_NO_SERVER = 3,
    EXIT_NOT_FOUND = 4,
    EXIT_PARTLY = 5,
};

struct command;

struct arguments {
    const struct command *command; /* NULL: help or version was asked for */
    bool help, version, json, dry_run, password_stdin;
    enum language language;
    char *socket;
    char *operand; /* FILE, ID or LOGIN; NULL: none */
    char *role, *name, *area, *unit;
    char *kind, *dimension, *mapping, *settings, *rate, *feed, *item; /* of feeds */
    bool secret_stdin;
    char *department, *phone, *grants, *name_en, *parent, *leader, *key; /* of people */
    bool enable, disable;
    char *rules, *labels, *areas; /* of replay */
    bool brief;
    bool without_keys;     /* of backup */
    char *state, *channel; /* of notify */
    char *table;           /* of cases export */
    bool partial;          /* of cases import */
};

struct command {
    const char *words[4]; /* "cameras", "list"; at most three, ended by NULL */
    const char *cmd;      /* of the request; "": `request` gives the answer, no server is asked */
    const char *operand;  /* its name, NULL: takes none */
    const char *options;  /* long options that it takes beside the common ones: " role name " */
    /* Returned: "args" of the request; NULL + error. */
    json_t *(*request)(const struct arguments *arguments, GError **error);
    /* Prints what was answered, for people. */
    void (*print)(const json_t *data, enum language language, GString *out);
};

/* Reads `argv`. `socket` and `language` are what holds when it names none. NULL + error: wrong
 * usage. Returned: owned by the caller. */
struct arguments *arguments_read(int argc, char **argv, const char *socket, enum language language,
                                 GError **error);
void arguments_free(struct arguments *arguments);

/* All commands, ended by one without words. */
extern const struct command commands[];

/* "zh…" in LC_ALL, LC_MESSAGES or LANG, the first that is set. */
enum language language_of(const char *lc_all, const char *lc_messages, const char *lang);

/* The first line of standard input, without its end. false: wrong usage, *error tells. */
#define ARGUMENTS_LINE_BYTES 1024
bool arguments_read_line(char line[ARGUMENTS_LINE_BYTES], const char *what, GError **error);
/* A text file; "-" is standard input; GB18030 is made UTF-8. Returned: owned by the caller. */
char *arguments_read_file(const char *path, GError **error);
GQuark arguments_error_quark(void);
#define ARGUMENTS_ERROR (arguments_error_quark())

/* people.c: requests about users, departments and the audit log. */
json_t *login_args(const struct arguments *arguments, GError **error);
json_t *user_change_args(const struct arguments *arguments, GError **error);
json_t *department_add_args(const struct arguments *arguments, GError **error);
json_t *department_change_args(const struct arguments *arguments, GError **error);
json_t *audit_export_args(const struct arguments *arguments, GError **error);
json_t *audit_verify_args(const struct arguments *arguments, GError **error);

/* cases.c: ledgers and tables of cases. */
json_t *cases_import_args(const struct arguments *arguments, GError **error);
json_t *cases_export_args(const struct arguments *arguments, GError **error);
void print_cases_import(const json_t *data, enum language language, GString *out);

/* notify.c: requests about messages to gateways, and their answers. */
json_t *notify_list_args(const struct arguments *arguments, GError **error);
json_t *notify_retry_args(const struct arguments *arguments, GError **error);
json_t *notify_test_args(const struct arguments *arguments, GError **error);

/* feeds.c: requests about feeds. */
json_t *feeds_add_args(const struct arguments *arguments, GError **error);
json_t *feeds_change_args(const struct arguments *arguments, GError **error);
json_t *feeds_enable_args(const struct arguments *arguments, GError **error);
json_t *feeds_disable_args(const struct arguments *arguments, GError **error);
json_t *feeds_import_args(const struct arguments *arguments, GError **error);
