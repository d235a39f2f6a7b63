#include "wall/camera.h"
#include "common/log.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

#define NUMBER_TOLERANCE 1e-9

void camera_fields_init(struct camera_fields *fields)
{
    *fields = (struct camera_fields){
        .lon = NAN,
        .lat = NAN,
        .source_lon = NAN,
        .source_lat = NAN,
        .azimuth = NAN,
        .fov = NAN,
        .enabled = true,
        .notice_sign = -1,
        .video_keep_days = -1,
        .retention_days = -1,
    };
}

void camera_fields_clear(struct camera_fields *fields)
{
    g_free(fields->id);
    g_free(fields->name);
    g_free(fields->url);
    g_free(fields->sub_url);
    g_free(fields->crs);
    g_free(fields->area);
    g_free(fields->source_system);
    g_free(fields->mode);
    g_free(fields->place);
    g_free(fields->keeper);
    g_free(fields->legal_basis);
    g_free(fields->filing_no);
    g_free(fields->forbidden_zone);
    json_decref(fields->properties);
    camera_fields_init(fields);
}

void camera_fields_copy(struct camera_fields *to, const struct camera_fields *from)
{
    *to = *from;
    to->id = g_strdup(from->id);
    to->name = g_strdup(from->name);
    to->url = g_strdup(from->url);
    to->sub_url = g_strdup(from->sub_url);
    to->crs = g_strdup(from->crs);
    to->area = g_strdup(from->area);
    to->source_system = g_strdup(from->source_system);
    to->mode = g_strdup(from->mode);
    to->place = g_strdup(from->place);
    to->keeper = g_strdup(from->keeper);
    to->legal_basis = g_strdup(from->legal_basis);
    to->filing_no = g_strdup(from->filing_no);
    to->forbidden_zone = g_strdup(from->forbidden_zone);
    to->properties = json_incref(from->properties);
}

struct camera *camera_create(guint32 n)
{
    struct camera *camera = g_new0(struct camera, 1);
    camera->n = n;
    camera->state = g_strdup("connecting");
    camera->loss_pct = NAN;
    camera_fields_init(&camera->fields);
    return camera;
}

void camera_destroy(struct camera *camera)
{
    if (!camera)
        return;
    camera_fields_clear(&camera->fields);
    g_free(camera->state);
    g_free(camera->reason);
    g_free(camera->detail);
    g_free(camera->codec);
    g_free(camera);
}

/* --- JSON */

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *number_or_null(double number)
{
    return isnan(number) ? json_null() : json_real(number);
}

static json_t *flag_or_null(int flag)
{
    return flag < 0 ? json_null() : json_boolean(flag != 0);
}

static json_t *days_or_null(gint64 days)
{
    return days < 0 ? json_null() : json_integer(days);
}

json_t *camera_live_json(const struct camera *camera)
{
    g_autofree char *since = g_strdup_printf("%" G_GINT64_FORMAT, camera->since_us);
    return json_pack("{s:i,s:s,s:o,s:o,s:s,s:o,s:i,s:i,s:o,s:o}", "n", (int)camera->n, "state",
                     camera->state, "reason", text_or_null(camera->reason), "detail",
                     text_or_null(camera->detail), "since_us", since, "codec",
                     text_or_null(camera->codec), "width", camera->width, "height", camera->height,
                     "clock_offset_ms",
                     camera->has_clock_offset ? json_integer(camera->clock_offset_ms) : json_null(),
                     "loss_pct", number_or_null(camera->loss_pct));
}

json_t *camera_json(const struct camera *camera)
{
    const struct camera_fields *f = &camera->fields;
    json_t *json = camera_live_json(camera);
    json_t *scene = json_object_get(f->properties, "scene");
    json_t *fixed =
        json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:s,s:s,s:O}", "id", f->id, "name", f->name, "area",
                  f->area ? f->area : "", "lon", number_or_null(f->lon), "lat",
                  number_or_null(f->lat), "azimuth", number_or_null(f->azimuth), "fov",
                  number_or_null(f->fov), "source_system", f->source_system ? f->source_system : "",
                  "mode", f->mode ? f->mode : "always", "scene", scene ? scene : json_null());
    json_object_update(json, fixed);
    json_decref(fixed);
    return json;
}

static json_t *redacted_or_null(const char *text)
{
    if (!text)
        return json_null();
    g_autofree char *redacted = log_redact(text);
    return json_string(redacted);
}

json_t *camera_detail_json(const struct camera *camera)
{
    const struct camera_fields *f = &camera->fields;
    json_t *json = camera_json(camera);
    json_t *more = json_pack(
        "{s:o,s:o,s:s,s:o,s:o,s:b,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "url",
        redacted_or_null(f->url), "sub_url", redacted_or_null(f->sub_url), "crs",
        f->crs ? f->crs : "WGS84", "source_lon", number_or_null(f->source_lon), "source_lat",
        number_or_null(f->source_lat), "enabled", f->enabled, "version",
        (json_int_t)camera->version, "place", text_or_null(f->place), "keeper",
        text_or_null(f->keeper), "legal_basis", text_or_null(f->legal_basis), "filing_no",
        text_or_null(f->filing_no), "notice_sign", flag_or_null(f->notice_sign), "forbidden_zone",
        text_or_null(f->forbidden_zone), "video_keep_days", days_or_null(f->video_keep_days),
        "retention_days", days_or_null(f->retention_days), "properties",
        f->properties ? json_incref(f->properties) : json_object());
    json_object_update(json, more);
    json_decref(more);
    return json;
}

static bool take_text(char **field, const json_t *value)
{
    const char *text = json_string_value(value);
    if (g_strcmp0(*field, text) == 0)
        return false;
    g_free(*field);
    *field = g_strdup(text);
    return true;
}

static bool take_int(int *field, const json_t *value)
{
    int number = (int)json_integer_value(value);
    bool changed = *field != number;
    *field = number;
    return changed;
}

static gint64 time_value(const json_t *value)
{
    if (json_is_string(value))
        return g_ascii_strtoll(json_string_value(value), NULL, 10);
    return json_integer_value(value);
}

static bool take_share(double *share, const json_t *value)
{
    double now = json_is_number(value) ? json_number_value(value) : NAN;
    bool same = isnan(now) ? isnan(*share) : now >= *share && now <= *share;
    *share = now;
    return !same;
}

bool camera_take_state(struct camera *camera, const json_t *entry)
{
    const char *state = json_string_value(json_object_get(entry, "state"));
    if (!state)
        return false;
    bool changed = take_text(&camera->state, json_object_get(entry, "state"));
    changed |= take_text(&camera->reason, json_object_get(entry, "reason"));
    changed |= take_text(&camera->detail, json_object_get(entry, "detail"));
    changed |= take_text(&camera->codec, json_object_get(entry, "codec"));
    changed |= take_int(&camera->width, json_object_get(entry, "width"));
    changed |= take_int(&camera->height, json_object_get(entry, "height"));
    gint64 since_us = time_value(json_object_get(entry, "since_us"));
    changed |= camera->since_us != since_us;
    camera->since_us = since_us;
    json_t *offset = json_object_get(entry, "clock_offset_ms");
    bool has = json_is_integer(offset);
    changed |= has != camera->has_clock_offset ||
               (has && camera->clock_offset_ms != json_integer_value(offset));
    camera->has_clock_offset = has;
    camera->clock_offset_ms = json_integer_value(offset);
    changed |= take_share(&camera->loss_pct, json_object_get(entry, "loss_pct"));
    return changed;
}

/* --- the row */

static gint64 days_read(struct store_rows *rows, int column)
{
    return store_null(rows, column) ? -1 : store_int(rows, column);
}

void camera_row_read(struct store_rows *rows, struct camera_fields *f, gint64 *version)
{
    camera_fields_clear(f);
    int c = 0;
    f->id = store_text_dup(rows, c++);
    f->name = store_text_dup(rows, c++);
    f->url = store_text_dup(rows, c++);
    f->sub_url = store_text_dup(rows, c++);
    f->lon = store_double(rows, c++);
    f->lat = store_double(rows, c++);
    f->crs = store_text_dup(rows, c++);
    f->source_lon = store_double(rows, c++);
    f->source_lat = store_double(rows, c++);
    f->area = store_text_dup(rows, c++);
    f->source_system = store_text_dup(rows, c++);
    f->azimuth = store_double(rows, c++);
    f->fov = store_double(rows, c++);
    f->mode = store_text_dup(rows, c++);
    f->enabled = store_int(rows, c++) != 0;
    f->place = store_text_dup(rows, c++);
    f->keeper = store_text_dup(rows, c++);
    f->legal_basis = store_text_dup(rows, c++);
    f->filing_no = store_text_dup(rows, c++);
    f->notice_sign = store_null(rows, c) ? -1 : store_int(rows, c) != 0;
    c++;
    f->forbidden_zone = store_text_dup(rows, c++);
    f->video_keep_days = days_read(rows, c++);
    f->retention_days = days_read(rows, c++);
    const char *properties = store_text(rows, c++);
    f->properties = properties ? json_loads(properties, 0, NULL) : NULL;
    *version = store_int(rows, c);
}

static bool same_number(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) < NUMBER_TOLERANCE;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

enum field_kind { FIELD_TEXT, FIELD_NUMBER, FIELD_BOOL, FIELD_FLAG, FIELD_DAYS };

static bool same_field(enum field_kind kind, const char *a, const char *b)
{
    switch (kind) {
    case FIELD_TEXT:
        return same_text(*(char *const *)a, *(char *const *)b);
    case FIELD_NUMBER:
        return same_number(*(const double *)a, *(const double *)b);
    case FIELD_BOOL:
        return *(const bool *)a == *(const bool *)b;
    case FIELD_FLAG:
        return *(const int *)a == *(const int *)b;
    default:
        return *(const gint64 *)a == *(const gint64 *)b;
    }
}

static bool same_properties(const json_t *a, const json_t *b)
{
    if (!json_object_size(a) || !json_object_size(b))
        return json_object_size(a) == json_object_size(b);
    return json_equal(a, b);
}

#define AT(field) offsetof(struct camera_fields, field)
json_t *camera_fields_diff(const struct camera_fields *a, const struct camera_fields *b)
{
    static const struct {
        const char *name;
        enum field_kind kind;
        size_t offset;
    } table[] = {
        {"name", FIELD_TEXT, AT(name)},
        {"url", FIELD_TEXT, AT(url)},
        {"sub_url", FIELD_TEXT, AT(sub_url)},
        {"lon", FIELD_NUMBER, AT(lon)},
        {"lat", FIELD_NUMBER, AT(lat)},
        {"crs", FIELD_TEXT, AT(crs)},
        {"area", FIELD_TEXT, AT(area)},
        {"source_system", FIELD_TEXT, AT(source_system)},
        {"azimuth", FIELD_NUMBER, AT(azimuth)},
        {"fov", FIELD_NUMBER, AT(fov)},
        {"mode", FIELD_TEXT, AT(mode)},
        {"enabled", FIELD_BOOL, AT(enabled)},
        {"place", FIELD_TEXT, AT(place)},
        {"keeper", FIELD_TEXT, AT(keeper)},
        {"legal_basis", FIELD_TEXT, AT(legal_basis)},
        {"filing_no", FIELD_TEXT, AT(filing_no)},
        {"notice_sign", FIELD_FLAG, AT(notice_sign)},
        {"forbidden_zone", FIELD_TEXT, AT(forbidden_zone)},
        {"video_keep_days", FIELD_DAYS, AT(video_keep_days)},
        {"retention_days", FIELD_DAYS, AT(retention_days)},
    };
    json_t *names = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (!same_field(table[i].kind, (const char *)a + table[i].offset,
                        (const char *)b + table[i].offset))
            json_array_append_new(names, json_string(table[i].name));
    if (!same_properties(a->properties, b->properties))
        json_array_append_new(names, json_string("properties"));
    return names;
}
#undef AT

/* Unknown flags and days are −1 here and NULL in the row; both engines have NULLIF. Insert and
 * update take the same arguments in the same order. */
static bool row_write(struct store_tx *tx, const struct camera_fields *f, bool exists,
                      gint64 version, gint64 now_us, GError **error)
{
    static const char insert[] =
        "INSERT INTO camera (name, url, sub_url, lon, lat, crs, source_lon, source_lat, area, "
        "source_system, azimuth, fov, mode, enabled, place, keeper, legal_basis, filing_no, "
        "notice_sign, forbidden_zone, video_keep_days, retention_days, properties, version, "
        "updated_us, id, created_us) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULLIF(?,-1),?,"
        "NULLIF(?,-1),NULLIF(?,-1),?,?,?,?,?)";
    static const char update[] =
        "UPDATE camera SET name=?, url=?, sub_url=?, lon=?, lat=?, crs=?, source_lon=?, "
        "source_lat=?, area=?, source_system=?, azimuth=?, fov=?, mode=?, enabled=?, place=?, "
        "keeper=?, legal_basis=?, filing_no=?, notice_sign=NULLIF(?,-1), forbidden_zone=?, "
        "video_keep_days=NULLIF(?,-1), retention_days=NULLIF(?,-1), properties=?, version=?, "
        "updated_us=? WHERE id=? AND created_us<=?";
    g_autofree char *properties =
        f->properties ? json_dumps(f->properties, JSON_COMPACT | JSON_SORT_KEYS) : g_strdup("{}");
    return store_exec(
        tx, error, exists ? update : insert, "sssddsddssddsissssisiisiisi", f->name, f->url,
        f->sub_url, f->lon, f->lat, f->crs ? f->crs : "WGS84", f->source_lon, f->source_lat,
        f->area ? f->area : "", f->source_system ? f->source_system : "", f->azimuth, f->fov,
        f->mode ? f->mode : "always", (gint64)f->enabled, f->place, f->keeper, f->legal_basis,
        f->filing_no, (gint64)f->notice_sign, f->forbidden_zone, f->video_keep_days,
        f->retention_days, properties, version, now_us, f->id, exists ? G_MAXINT64 : now_us);
}

bool camera_row_compare(struct store_tx *tx, const struct camera_fields *fields, bool *exists,
                        json_t **diff, gint64 *version, GError **error)
{
    struct camera_fields old;
    camera_fields_init(&old);
    *exists = false;
    *diff = NULL;
    *version = 0;
    GError *local = NULL;
    store_rows_auto rows =
        store_query(tx, error, "SELECT " CAMERA_COLUMNS " FROM camera WHERE id=?", "s", fields->id);
    if (!rows)
        return false;
    *exists = store_rows_next(rows, &local);
    if (local) {
        g_propagate_error(error, local);
        return false;
    }
    if (*exists) {
        camera_row_read(rows, &old, version);
        *diff = camera_fields_diff(&old, fields);
        camera_fields_clear(&old);
    } else {
        *diff = json_array();
    }
    return true;
}

bool camera_row_put(struct store_tx *tx, const struct camera_fields *fields,
                    gint64 expected_version, gint64 now_us, struct camera_row_change *change,
                    GError **error)
{
    if (!camera_row_compare(tx, fields, &change->existed, &change->diff, &change->version, error))
        return false;
    if (expected_version >= 0 && change->version != expected_version) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT,
                    "camera %s has version %" G_GINT64_FORMAT
                    ", the change was made on %" G_GINT64_FORMAT,
                    fields->id, change->version, expected_version);
        g_clear_pointer(&change->diff, json_decref);
        return false;
    }
    change->changed = !change->existed || json_array_size(change->diff);
    if (change->changed &&
        !row_write(tx, fields, change->existed, ++change->version, now_us, error)) {
        g_clear_pointer(&change->diff, json_decref);
        return false;
    }
    return true;
}
