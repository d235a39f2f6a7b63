/* Camera sets as they come: a CSV file (for tests and measurements without townwalld) or the parts
 * of a control message. Each owns its strings. */
#pragma once
#include "camera/camera.h"
#include <jansson.h>

struct camera_list;

struct camera_list *camera_list_create(void);
void camera_list_destroy(struct camera_list *list); /* NULL is fine */

/* A CSV text with a header line that names at least id and url; further columns: name, sub_url,
 * mode. Handles count from 1 in the order of lines. Errors name the line. */
bool camera_list_add_csv(struct camera_list *list, const char *text, GError **error);

/* The `list` of a `cameras` message. Errors name the element. */
bool camera_list_add_json(struct camera_list *list, const json_t *array, GError **error);

/* Borrowed. */
const struct camera_config *camera_list_get(const struct camera_list *list, size_t *count);
