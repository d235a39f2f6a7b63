#include "intake/cap.h"
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <math.h>
#include <string.h>

#define CAP_ERROR (g_quark_from_static_string("townwall-cap"))
enum {
    MAX_DEPTH = 32,
    MAX_TEXT = 64 << 10,
    MAX_INFOS = 100,
    MAX_AREAS = 1000, /* of one message */
    MAX_POINTS = 100000,
    MAX_PAIRS = 500,
    MAX_REFERENCES = 100,
};

struct reading {
    const char *zh;
    GError **error;
    guint areas, points, pairs; /* so far */
};

static bool wrong(struct reading *reading, const char *element, const char *zh, const char *en)
{
    reading->zh = zh;
    g_set_error(reading->error, CAP_ERROR, 0, "%s: %s", element, en);
    return false;
}

/* --- freeing */

static void pair_clear(gpointer data)
{
    struct cap_pair *pair = data;
    g_free(pair->name);
    g_free(pair->value);
}

static void area_free(gpointer data)
{
    struct cap_area *area = data;
    g_free(area->description);
    g_ptr_array_unref(area->polygons);
    g_array_unref(area->circles);
    g_array_unref(area->geocodes);
    g_free(area);
}

static void info_free(gpointer data)
{
    struct cap_info *info = data;
    g_free(info->language);
    g_free(info->event);
    g_free(info->urgency);
    g_free(info->severity);
    g_free(info->certainty);
    g_free(info->sender_name);
    g_free(info->headline);
    g_free(info->description);
    g_free(info->instruction);
    g_free(info->web);
    g_free(info->audience);
    g_ptr_array_unref(info->categories);
    g_ptr_array_unref(info->responses);
    g_array_unref(info->codes);
    g_array_unref(info->parameters);
    g_ptr_array_unref(info->areas);
    g_free(info);
}

void cap_free(struct cap_alert *alert)
{
    if (!alert)
        return;
    g_free(alert->identifier);
    g_free(alert->sender);
    g_free(alert->status);
    g_free(alert->type);
    g_free(alert->scope);
    g_free(alert->source);
    g_free(alert->note);
    g_ptr_array_unref(alert->references);
    g_ptr_array_unref(alert->infos);
    g_free(alert);
}

/* --- small values */

static bool is_element(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

/* The text of an element without the white space around it; NULL: none of that name has any. */
static char *text_in(const xmlNode *parent, const char *name)
{
    for (const xmlNode *node = parent->children; node; node = node->next) {
        if (!is_element(node, name))
            continue;
        xmlChar *content = xmlNodeGetContent(node);
        char *text = content ? g_strndup((const char *)content, MAX_TEXT) : NULL;
        xmlFree(content);
        if (text && !g_utf8_validate(text, -1, NULL)) { /* cut inside of a character */
            char *whole = g_utf8_make_valid(text, -1);
            g_free(text);
            text = whole;
        }
        if (text && *g_strstrip(text))
            return text;
        g_free(text);
        return NULL;
    }
    return NULL;
}

static GPtrArray *texts_in(const xmlNode *parent, const char *name)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    for (const xmlNode *node = parent->children; node; node = node->next) {
        xmlChar *content = is_element(node, name) ? xmlNodeGetContent(node) : NULL;
        if (content && texts->len < MAX_REFERENCES)
            g_ptr_array_add(texts, g_strstrip(g_strndup((const char *)content, 200)));
        xmlFree(content);
    }
    return texts;
}

/* xs:dateTime with a zone, as CAP wants it; a "Z" and a fraction are forgiven. */
static bool read_time(struct reading *reading, const xmlNode *parent, const char *name,
                      int64_t *time_us)
{
    g_autofree char *text = text_in(parent, name);
    if (!text)
        return true;
    size_t length = strlen(text);
    bool zoned =
        length >= 20 &&
        (text[length - 1] == 'Z' ||
         ((text[length - 6] == '+' || text[length - 6] == '-') && text[length - 3] == ':'));
    g_autoptr(GDateTime) time =
        zoned && text[10] == 'T' ? g_date_time_new_from_iso8601(text, NULL) : NULL;
    if (!time || g_date_time_to_unix(time) <= 0)
        return wrong(reading, name, "时间应为带时区的日期时间",
                     "expected a date and time with a zone, such as 2026-11-22T08:00:00+08:00");
    *time_us = g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time);
    return true;
}

static bool one_of(const char *text, const char *const *known)
{
    return text && g_strv_contains(known, text);
}

/* --- areas */

/* "lat,lon" at *at, which moves behind it. */
static bool read_point(const char **at, double *lon, double *lat)
{
    char *end = NULL;
    *lat = g_ascii_strtod(*at, &end);
    if (end == *at || *end != ',')
        return false;
    const char *second = end + 1;
    *lon = g_ascii_strtod(second, &end);
    *at = end;
    return end != second && fabs(*lat) <= 90 && fabs(*lon) <= 180;
}

static bool read_polygon(struct reading *reading, const char *text, GPtrArray *polygons)
{
    GArray *ring = g_array_new(FALSE, FALSE, sizeof(double));
    g_ptr_array_add(polygons, ring);
    const char *at = text;
    while (*at) {
        double lon, lat;
        if (!read_point(&at, &lon, &lat))
            return wrong(reading, "polygon", "应为“纬度,经度”的列表", "expected pairs \"lat,lon\"");
        g_array_append_val(ring, lon);
        g_array_append_val(ring, lat);
        if (++reading->points > MAX_POINTS)
            return wrong(reading, "polygon", "点过多", "too many points");
        if (*at && !g_ascii_isspace(*at))
            return wrong(reading, "polygon", "应为“纬度,经度”的列表", "expected pairs \"lat,lon\"");
        at += strspn(at, " \t\r\n");
    }
    const double *values = (const double *)(void *)ring->data;
    if (ring->len < 8 || values[0] != values[ring->len - 2] || values[1] != values[ring->len - 1])
        return wrong(reading, "polygon", "应至少四个点且首尾相同",
                     "expected at least four points, the last one like the first");
    return true;
}

/* "lat,lon radius", kilometres. */
static bool read_circle(struct reading *reading, const char *text, GArray *circles)
{
    struct cap_circle circle;
    const char *at = text;
    char *end = NULL;
    bool good = read_point(&at, &circle.lon, &circle.lat) && g_ascii_isspace(*at);
    double radius_km = good ? g_ascii_strtod(at, &end) : -1;
    if (!good || end == at || *end != '\0' || !(radius_km >= 0 && radius_km <= 20000))
        return wrong(reading, "circle", "应为“纬度,经度 半径（公里）”",
                     "expected \"lat,lon radius\" in kilometres");
    circle.radius_m = radius_km * 1000;
    g_array_append_val(circles, circle);
    return ++reading->points <= MAX_POINTS || wrong(reading, "circle", "点过多", "too many points");
}

static bool read_pairs(struct reading *reading, const xmlNode *parent, const char *name,
                       GArray *pairs)
{
    for (const xmlNode *node = parent->children; node; node = node->next) {
        if (!is_element(node, name))
            continue;
        struct cap_pair pair = {text_in(node, "valueName"), text_in(node, "value")};
        g_array_append_val(pairs, pair);
        if (!pair.name)
            return wrong(reading, name, "缺少 valueName", "valueName is missing");
        if (!pair.value)
            ((struct cap_pair *)(void *)pairs->data)[pairs->len - 1].value = g_strdup("");
        if (++reading->pairs > MAX_PAIRS)
            return wrong(reading, name, "过多", "there are too many");
    }
    return true;
}

static GArray *pairs_new(void)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(struct cap_pair));
    g_array_set_clear_func(pairs, pair_clear);
    return pairs;
}

static bool read_area(struct reading *reading, const xmlNode *node, struct cap_area *area)
{
    area->description = text_in(node, "areaDesc");
    if (!area->description)
        return wrong(reading, "areaDesc", "缺少", "is missing");
    if (++reading->areas > MAX_AREAS)
        return wrong(reading, "area", "过多", "there are too many");
    for (const xmlNode *child = node->children; child; child = child->next) {
        bool polygon = is_element(child, "polygon");
        if (!polygon && !is_element(child, "circle"))
            continue;
        xmlChar *content = xmlNodeGetContent(child);
        g_autofree char *text = g_strstrip(g_strdup(content ? (const char *)content : ""));
        xmlFree(content);
        if (*text && !(polygon ? read_polygon(reading, text, area->polygons)
                               : read_circle(reading, text, area->circles)))
            return false;
    }
    return read_pairs(reading, node, "geocode", area->geocodes);
}

static bool read_areas(struct reading *reading, const xmlNode *parent, GPtrArray *areas)
{
    for (const xmlNode *node = parent->children; node; node = node->next) {
        if (!is_element(node, "area"))
            continue;
        struct cap_area *area = g_new0(struct cap_area, 1);
        area->polygons = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
        area->circles = g_array_new(FALSE, FALSE, sizeof(struct cap_circle));
        area->geocodes = pairs_new();
        g_ptr_array_add(areas, area);
        if (!read_area(reading, node, area))
            return false;
    }
    return true;
}

/* --- infos */

static bool check_info(struct reading *reading, const struct cap_info *info)
{
    static const char *const urgencies[] = {"Immediate", "Expected", "Future",
                                            "Past",      "Unknown",  NULL};
    /* the colours are not CAP, but what the national system of China sends */
    static const char *const severities[] = {"Extreme", "Severe", "Moderate", "Minor", "Unknown",
                                             "Red",     "Orange", "Yellow",   "Blue",  "RED",
                                             "ORANGE",  "YELLOW", "BLUE",     NULL};
    static const char *const certainties[] = {"Observed", "Likely",  "Very Likely", "Possible",
                                              "Unlikely", "Unknown", NULL};
    static const char *const categories[] = {"Geo",   "Met",    "Safety", "Security",  "Rescue",
                                             "Fire",  "Health", "Env",    "Transport", "Infra",
                                             "CBRNE", "Other",  NULL};
    if (!info->event)
        return wrong(reading, "event", "缺少", "is missing");
    if (!info->categories->len)
        return wrong(reading, "category", "缺少", "is missing");
    for (guint i = 0; i < info->categories->len; i++)
        if (!one_of(info->categories->pdata[i], categories))
            return wrong(reading, "category", "没有这个类别", "is none of CAP 1.2");
    if (!one_of(info->urgency, urgencies))
        return wrong(reading, "urgency", "缺少或没有这个值", "is missing or none of CAP 1.2");
    if (!one_of(info->severity, severities))
        return wrong(reading, "severity", "缺少或没有这个值", "is missing or none of CAP 1.2");
    if (!one_of(info->certainty, certainties))
        return wrong(reading, "certainty", "缺少或没有这个值", "is missing or none of CAP 1.2");
    return true;
}

static bool read_info(struct reading *reading, const xmlNode *node, struct cap_info *info)
{
    info->language = text_in(node, "language");
    if (!info->language)
        info->language = g_strdup("en-US"); /* as CAP says */
    info->event = text_in(node, "event");
    info->urgency = text_in(node, "urgency");
    info->severity = text_in(node, "severity");
    info->certainty = text_in(node, "certainty");
    info->sender_name = text_in(node, "senderName");
    info->headline = text_in(node, "headline");
    info->description = text_in(node, "description");
    info->instruction = text_in(node, "instruction");
    info->web = text_in(node, "web");
    info->audience = text_in(node, "audience");
    info->categories = texts_in(node, "category");
    info->responses = texts_in(node, "responseType");
    info->codes = pairs_new();
    info->parameters = pairs_new();
    info->areas = g_ptr_array_new_with_free_func(area_free);
    return check_info(reading, info) &&
           read_time(reading, node, "effective", &info->effective_us) &&
           read_time(reading, node, "onset", &info->onset_us) &&
           read_time(reading, node, "expires", &info->expires_us) &&
           read_pairs(reading, node, "eventCode", info->codes) &&
           read_pairs(reading, node, "parameter", info->parameters) &&
           read_areas(reading, node, info->areas);
}

static bool read_infos(struct reading *reading, const xmlNode *root, struct cap_alert *alert)
{
    for (const xmlNode *node = root->children; node; node = node->next) {
        alert->is_signed |= is_element(node, "Signature");
        if (!is_element(node, "info"))
            continue;
        if (alert->infos->len >= MAX_INFOS)
            return wrong(reading, "info", "过多", "there are too many");
        struct cap_info *info = g_new0(struct cap_info, 1);
        bool good = read_info(reading, node, info);
        g_ptr_array_add(alert->infos, info);
        if (!good)
            return false;
    }
    return true;
}

/* --- the alert */

/* "sender,identifier,sent sender,identifier,sent …" */
static bool read_references(struct reading *reading, const xmlNode *root, struct cap_alert *alert)
{
    g_autofree char *text = text_in(root, "references");
    g_auto(GStrv) words = text ? g_strsplit_set(text, " \t\r\n", -1) : NULL;
    for (char **word = words; word && *word; word++) {
        if (!**word)
            continue;
        g_auto(GStrv) parts = g_strsplit(*word, ",", -1);
        if (g_strv_length(parts) != 3 || !*parts[0] || !*parts[1])
            return wrong(reading, "references", "应为“发送者,标识,时间”",
                         "expected sender,identifier,sent");
        if (alert->references->len >= MAX_REFERENCES)
            return wrong(reading, "references", "过多", "there are too many");
        g_ptr_array_add(alert->references, g_strdup_printf("%s,%s", parts[0], parts[1]));
    }
    return true;
}

/* "MUST NOT include spaces, commas or restricted characters" */
static bool name_good(const char *text)
{
    return text && !strpbrk(text, " ,<&\t\r\n");
}

static bool check_alert(struct reading *reading, const struct cap_alert *alert)
{
    static const char *const statuses[] = {"Actual", "Exercise", "System", "Test", "Draft", NULL};
    static const char *const types[] = {"Alert", "Update", "Cancel", "Ack", "Error", NULL};
    static const char *const scopes[] = {"Public", "Restricted", "Private", NULL};
    if (!name_good(alert->identifier))
        return wrong(reading, "identifier", "缺少，或含空格、逗号",
                     "is missing, or has blanks or commas");
    if (!name_good(alert->sender))
        return wrong(reading, "sender", "缺少，或含空格、逗号",
                     "is missing, or has blanks or commas");
    if (!alert->sent_us)
        return wrong(reading, "sent", "缺少", "is missing");
    if (!one_of(alert->status, statuses))
        return wrong(reading, "status", "缺少或没有这个值", "is missing or none of CAP 1.2");
    if (!one_of(alert->type, types))
        return wrong(reading, "msgType", "缺少或没有这个值", "is missing or none of CAP 1.2");
    if (!one_of(alert->scope, scopes))
        return wrong(reading, "scope", "缺少或没有这个值", "is missing or none of CAP 1.2");
    bool refers = strcmp(alert->type, "Alert") != 0;
    if (refers && !alert->references->len)
        return wrong(reading, "references", "缺少", "is missing: what is it about?");
    bool says = strcmp(alert->type, "Alert") == 0 || strcmp(alert->type, "Update") == 0;
    if (says && !alert->infos->len)
        return wrong(reading, "info", "缺少", "is missing");
    return true;
}

static bool read_alert(struct reading *reading, const xmlNode *root, struct cap_alert *alert)
{
    static const char *const spaces[] = {"urn:oasis:names:tc:emergency:cap:1.2",
                                         "urn:oasis:names:tc:emergency:cap:1.1", NULL};
    if (!is_element(root, "alert") || !root->ns || !one_of((const char *)root->ns->href, spaces))
        return wrong(reading, "alert", "不是 CAP 1.2 消息", "is no message of CAP 1.2");
    alert->identifier = text_in(root, "identifier");
    alert->sender = text_in(root, "sender");
    alert->status = text_in(root, "status");
    alert->type = text_in(root, "msgType");
    alert->scope = text_in(root, "scope");
    alert->source = text_in(root, "source");
    alert->note = text_in(root, "note");
    return read_time(reading, root, "sent", &alert->sent_us) &&
           read_references(reading, root, alert) && read_infos(reading, root, alert) &&
           check_alert(reading, alert);
}

/* --- XML */

struct guard {
    int depth;
    bool doctype, deep;
};

static void on_doctype(void *context, const xmlChar *name, const xmlChar *external,
                       const xmlChar *system)
{
    (void)name;
    (void)external;
    (void)system;
    xmlParserCtxt *parser = context;
    ((struct guard *)parser->_private)->doctype = true;
    xmlStopParser(parser);
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int spaces, const xmlChar **space_list, int attributes, int defaulted,
                     const xmlChar **attribute_list)
{
    xmlParserCtxt *parser = context;
    struct guard *guard = parser->_private;
    if (++guard->depth > MAX_DEPTH) {
        guard->deep = true;
        xmlStopParser(parser);
        return;
    }
    xmlSAX2StartElementNs(context, name, prefix, uri, spaces, space_list, attributes, defaulted,
                          attribute_list);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    xmlParserCtxt *parser = context;
    ((struct guard *)parser->_private)->depth--;
    xmlSAX2EndElementNs(context, name, prefix, uri);
}

static void on_complaint(void *context, const char *message, ...)
{
    (void)context;
    (void)message;
}

static gpointer begin(gpointer user)
{
    xmlInitParser();
    return user;
}

static xmlDoc *read_xml(struct reading *reading, const char *data, size_t size)
{
    static GOnce once = G_ONCE_INIT;
    g_once(&once, begin, NULL);
    struct guard guard = {0};
    xmlParserCtxt *parser = xmlNewParserCtxt();
    parser->_private = &guard;
    parser->sax->internalSubset = on_doctype;
    parser->sax->startElementNs = on_start;
    parser->sax->endElementNs = on_end;
    parser->sax->error = on_complaint;
    parser->sax->warning = on_complaint;
    xmlDoc *doc = xmlCtxtReadMemory(parser, data, (int)size, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                        XML_PARSE_NOCDATA);
    if (guard.doctype)
        wrong(reading, "XML", "不接受文档类型声明", "a document type is not taken");
    else if (guard.deep)
        wrong(reading, "XML", "嵌套过深", "is nested too deeply");
    else if (!doc) {
        reading->zh = "不是合格的 XML";
        const xmlError *fault = xmlCtxtGetLastError(parser);
        g_autofree char *words = g_strdup(fault && fault->message ? fault->message : "not XML");
        g_autofree char *valid = g_utf8_make_valid(g_strstrip(words), -1);
        g_set_error(reading->error, CAP_ERROR, 0, "XML: line %d: %.200s", fault ? fault->line : 0,
                    valid);
    }
    if (doc && (guard.doctype || guard.deep)) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    if (parser->myDoc && parser->myDoc != doc)
        xmlFreeDoc(parser->myDoc);
    parser->myDoc = NULL;
    xmlFreeParserCtxt(parser);
    return doc;
}

struct cap_alert *cap_read(const char *data, size_t size, const char **zh, GError **error)
{
    GError *fault = NULL;
    struct reading reading = {.error = &fault};
    struct cap_alert *alert = NULL;
    xmlDoc *doc = NULL;
    if (size > CAP_MAX_BYTES)
        wrong(&reading, "XML", "过大", "is larger than 1 MiB");
    else
        doc = read_xml(&reading, data, size);
    if (doc) {
        alert = g_new0(struct cap_alert, 1);
        alert->references = g_ptr_array_new_with_free_func(g_free);
        alert->infos = g_ptr_array_new_with_free_func(info_free);
        if (!read_alert(&reading, xmlDocGetRootElement(doc), alert))
            g_clear_pointer(&alert, cap_free);
        xmlFreeDoc(doc);
    }
    if (zh)
        *zh = reading.zh;
    if (fault)
        g_propagate_error(error, fault);
    return alert;
}
