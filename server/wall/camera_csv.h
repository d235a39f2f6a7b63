/* The camera list as a CSV file (docs/cameras-csv.md): columns by name, every mistake with its row
 * and column. Pure. */
#pragma once
#include "place/ground.h"
#include "wall/camera.h"

/* One mistake, or a warning that refuses nothing. */
struct camera_csv_note {
    guint line;   /* of the file, from 1 */
    char *column; /* "" for the whole row */
    char *zh, *en;
    bool warning;
};

struct camera_csv {
    GPtrArray *rows;  /* struct camera_fields *, good ones only, in the file's order */
    GArray *lines;    /* guint, beside `rows` */
    GPtrArray *notes; /* struct camera_csv_note * in the file's order */
    guint records;    /* read at all */
    guint bad;        /* records that are refused */
};

/* Returned: never NULL; a file without a usable header has one note and no rows. */
struct camera_csv *camera_csv_parse(const char *data, size_t size);
void camera_csv_destroy(struct camera_csv *csv);

/* Warns of areas that are not in the town, and of positions that lie in another cell than the row
 * says. */
void camera_csv_check_areas(struct camera_csv *csv, const struct ground *ground);

/* {"line","column","message":{zh,en}} each; errors or warnings. */
json_t *camera_csv_notes_json(const struct camera_csv *csv, bool warnings);

/* Sets one field by its column name from text, as a file or an edit gives it. false: `zh` and `en`
 * (returned, g_free) say what was expected. Unknown columns go to `properties`. */
bool camera_field_set(struct camera_fields *fields, const char *column, const char *text, char **zh,
                      char **en);
/* Makes one field unknown by its column name. false: no such column, or one that must be there. */
bool camera_field_clear(struct camera_fields *fields, const char *column);
/* Whether it is a column of its own, not a further property. */
bool camera_field_known(const char *column);
/* After all fields: what must be there and fit together; converts coordinates to WGS-84. false:
 * *column names the field. */
bool camera_fields_finish(struct camera_fields *fields, const char **column, char **zh, char **en);
