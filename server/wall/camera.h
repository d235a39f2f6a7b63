/* One camera as the control plane knows it: its row of the store, and what the media plane last
 * said of it. Plain data; loop thread only. */
#pragma once
#include "store/store.h"
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* Fields as an import or an edit gives them; every string may be NULL (unknown), numbers NAN. */
struct camera_fields {
    char *id, *name, *url, *sub_url;
    double lon, lat; /* WGS-84 */
    char *crs;       /* of the coordinates as given */
    double source_lon, source_lat;
    char *area, *source_system;
    double azimuth, fov; /* degrees */
    char *mode;          /* always, on_demand, sampled */
    bool enabled;
    /* public video regulation (State Council Order 799) */
    char *place, *keeper, *legal_basis, *filing_no, *forbidden_zone;
    int notice_sign;                        /* 0, 1, −1 unknown */
    gint64 video_keep_days, retention_days; /* −1 unknown */
    json_t *properties;                     /* further columns, an object or NULL */
};
void camera_fields_init(struct camera_fields *fields);
void camera_fields_clear(struct camera_fields *fields);
void camera_fields_copy(struct camera_fields *to, const struct camera_fields *from);
/* Names of the columns that differ. Returned: an array. */
json_t *camera_fields_diff(const struct camera_fields *a, const struct camera_fields *b);

struct camera {
    guint32 n; /* handle, valid for one server start */
    gint64 version;
    struct camera_fields fields;
    bool gone; /* deleted; the handle stays taken */

    /* --- from the media plane */
    char *state, *reason, *detail, *codec; /* reason, detail, codec: NULL when none */
    gint64 since_us;
    int width, height;
    bool has_clock_offset;
    gint64 clock_offset_ms;
    double loss_pct; /* NAN: not known */
};
struct camera *camera_create(guint32 n);
void camera_destroy(struct camera *camera);

/* Returned: what every viewer of the list may see (docs/websocket.md, "C"); no address. */
json_t *camera_json(const struct camera *camera);
/* The same with the legal fields and redacted addresses, for the detail page. */
json_t *camera_detail_json(const struct camera *camera);
/* {"n", …} with the live fields only: a delta. */
json_t *camera_live_json(const struct camera *camera);

/* Takes over what one entry of the link's `states` says. false: nothing changed. */
bool camera_take_state(struct camera *camera, const json_t *entry);

/* --- the row; inside a store_fn */

#define CAMERA_COLUMNS                                                                             \
    "id, name, url, sub_url, lon, lat, crs, source_lon, source_lat, area, source_system, "         \
    "azimuth, "                                                                                    \
    "fov, mode, enabled, place, keeper, legal_basis, filing_no, notice_sign, forbidden_zone, "     \
    "video_keep_days, retention_days, properties, version"

/* Fills `fields` (cleared before) and *version from a row of CAMERA_COLUMNS. */
void camera_row_read(struct store_rows *rows, struct camera_fields *fields, gint64 *version);
/* What is there beside `fields`: a row with that id at all, its version, and the names of the
 * fields that differ (*diff returned: an array, empty without such a row). */
bool camera_row_compare(struct store_tx *tx, const struct camera_fields *fields, bool *exists,
                        json_t **diff, gint64 *version, GError **error);

struct camera_row_change {
    bool existed, changed; /* equal fields write nothing */
    gint64 version;        /* the one it has now */
    json_t *diff;          /* names of fields, the callee's; NULL on failure */
};
/* Inserts or updates; `expected_version` −1: whatever is there. */
bool camera_row_put(struct store_tx *tx, const struct camera_fields *fields,
                    gint64 expected_version, gint64 now_us, struct camera_row_change *change,
                    GError **error);
