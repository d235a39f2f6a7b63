/* A roster as a CSV file (docs/duty.md): columns by name, in Chinese or English, every mistake with
 * its line and column. Pure. */
#pragma once
#include <glib.h>
#include <jansson.h>

struct duty_csv {
    json_t *shifts; /* {"2026-11-22.day":[{"role","name","login","note"}]} */
    json_t *errors; /* [{"line","column","message":{"zh","en"}}] */
    guint rows, refused;
};
/* Roles and times may be named by their code or by a name. `plan`: as of plan.h. */
void duty_csv_read(struct duty_csv *csv, const json_t *plan, const char *data, size_t size);
void duty_csv_clear(struct duty_csv *csv);
