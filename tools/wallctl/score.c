#include "wallctl/score.h"
#include <string.h>

/* An alert is one sighting of an incident, however many events are counted in it; noise is the
 * incident "". Two sightings of one incident belong together. */
struct score {
    GHashTable *incidents; /* id → struct incident */
    GHashTable *labels;    /* "source\x1fid" → incident, "" for noise */
    GHashTable *sightings; /* "alert\x1fincident" */
    GHashTable *items;     /* id → GHashTable incident → count */
    guint64 missing;       /* events of the recording without a label */
};

struct incident {
    guint sightings;
    guint64 together; /* pairs of them in one item */
    bool real;        /* it has a line of its own */
};

static void free_table(gpointer table)
{
    g_hash_table_unref(table);
}

struct score *score_new(void)
{
    struct score *score = g_new0(struct score, 1);
    score->incidents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    score->labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    score->sightings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    score->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_table);
    return score;
}

void score_free(struct score *score)
{
    if (!score)
        return;
    g_hash_table_unref(score->incidents);
    g_hash_table_unref(score->labels);
    g_hash_table_unref(score->sightings);
    g_hash_table_unref(score->items);
    g_free(score);
}

static struct incident *incident_of(struct score *score, const char *id)
{
    struct incident *incident = g_hash_table_lookup(score->incidents, id);
    if (!incident) {
        incident = g_new0(struct incident, 1);
        g_hash_table_insert(score->incidents, g_strdup(id), incident);
    }
    return incident;
}

bool score_label(struct score *score, const char *text, size_t size, GError **error)
{
    json_error_t at;
    json_t *json = json_loadb(text, size, 0, &at);
    const json_t *incident = json_object_get(json, "incident");
    const char *source = json_string_value(json_object_get(json, "source"));
    const char *id = json_string_value(json_object_get(json, "id"));
    const char *name = json_string_value(incident);
    bool fine = incident && (name || (json_is_null(incident) && source)) && !source == !id;
    if (!fine)
        g_set_error(error, SCORE_ERROR, 0, "%s", json ? "is no label" : at.text);
    else if (source)
        g_hash_table_replace(score->labels, g_strconcat(source, "\x1f", id, NULL),
                             g_strdup(name ? name : ""));
    else
        incident_of(score, name)->real = true;
    json_decref(json);
    return fine;
}

void score_event(struct score *score, const char *source, const char *id, const char *alert,
                 const char *item, bool tells)
{
    g_autofree char *key = g_strconcat(source, "\x1f", id, NULL);
    const char *incident = g_hash_table_lookup(score->labels, key);
    score->missing += incident == NULL;
    if (!incident || !alert || !tells)
        return;
    if (!g_hash_table_add(score->sightings, g_strconcat(alert, "\x1f", incident, NULL)))
        return;
    GHashTable *inside = g_hash_table_lookup(score->items, item);
    if (!inside) {
        inside = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(score->items, g_strdup(item), inside);
    }
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(inside, incident));
    g_hash_table_replace(inside, g_strdup(incident), GUINT_TO_POINTER(count + 1));
    if (*incident) {
        struct incident *known = incident_of(score, incident);
        known->sightings++;
        known->together += count;
    }
}

static guint64 pairs(guint64 count)
{
    return count * (count ? count - 1 : 0) / 2;
}

/* Pairs in one item that do not belong together, of all but those of noise with noise. */
static void false_in(GHashTable *inside, guint64 *wrong, guint64 *of)
{
    GHashTableIter iter;
    gpointer name, value;
    guint64 all = 0, same = 0, noise = 0;
    g_hash_table_iter_init(&iter, inside);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        guint count = GPOINTER_TO_UINT(value);
        all += count;
        *(*(const char *)name ? &same : &noise) += pairs(count);
    }
    *wrong += pairs(all) - same - noise;
    *of += pairs(all) - noise;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *missed_names(const struct score *score)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GHashTableIter iter;
    gpointer name, value;
    g_hash_table_iter_init(&iter, score->incidents);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const struct incident *incident = value;
        if (incident->real && !incident->sightings)
            g_ptr_array_add(names, name);
    }
    g_ptr_array_sort(names, compare_names);
    json_t *list = json_array();
    for (guint i = 0; i < names->len; i++)
        json_array_append_new(list, json_string(names->pdata[i]));
    return list;
}

static double percent(guint64 part, guint64 of)
{
    return of ? 100.0 * (double)part / (double)of : 0;
}

json_t *score_result(struct score *score)
{
    GHashTableIter iter;
    gpointer value;
    guint64 real = 0, missed = 0, links = 0, wrong = 0, beside = 0;
    g_hash_table_iter_init(&iter, score->incidents);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct incident *incident = value;
        real += incident->real;
        links += pairs(incident->sightings);
        missed += pairs(incident->sightings) - incident->together;
    }
    g_hash_table_iter_init(&iter, score->items);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        false_in(value, &wrong, &beside);
    json_t *names = missed_names(score);
    return json_pack("{s:I,s:I,s:o,s:I,s:I,s:f,s:I,s:I,s:f,s:I}", "incidents", (json_int_t)real,
                     "missed_incidents", (json_int_t)json_array_size(names), "missed", names,
                     "links", (json_int_t)links, "missed_links", (json_int_t)missed,
                     "missed_links_pct", percent(missed, links), "links_made", (json_int_t)beside,
                     "false_links", (json_int_t)wrong, "false_links_pct", percent(wrong, beside),
                     "unlabelled", (json_int_t)score->missing);
}
