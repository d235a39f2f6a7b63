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
};

struct command {
    const char *words[2]; /* "cameras", "list"; the second may be NULL */
    const char *cmd;      /* of the request */
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
