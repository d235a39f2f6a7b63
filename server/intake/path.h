/* Where a value lies in JSON: names joined by dots ("data.rows.0.id"), or a JSON Pointer
 * ("/data/rows/0", RFC 6901) for names that have dots. Pure; any thread. */
#pragma once
#include <jansson.h>

struct path {
    char *text;
    char **names; /* NULL-terminated */
};
void path_init(struct path *path, const char *text);
void path_clear(struct path *path);
/* Borrowed; NULL: there is nothing. "" is the whole. */
json_t *path_find(const struct path *path, const json_t *json);
