/* Where it is: a point of its own, else its device's, else the area that it names, else its
 * address. Unknown stays unknown. */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

void device_free(gpointer user)
{
    struct device *device = user;
    g_free(device->id);
    g_free(device->parent);
    g_free(device->area);
    g_free(device);
}

const struct device *device_find(const struct correlator *c, const char *id)
{
    return id ? g_hash_table_lookup(c->devices, id) : NULL;
}

/* The smallest area that a point lies in. */
static const char *area_at(const struct correlator *c, double lon, double lat)
{
    static const char *const levels[] = {"cell", "village", "community", "town"};
    const char *code = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(levels) && !code && c->ground; i++)
        code = ground_at(c->ground, "governance", levels[i], lon, lat);
    return code;
}

static struct position at_point(const struct correlator *c, double lon, double lat,
                                enum place_how how, const char *told)
{
    struct position position = {lon, lat, how, area_at(c, lon, lat)};
    if (!position.area && told && (!c->ground || ground_name(c->ground, told)))
        position.area = told;
    return position;
}

static struct position at_area(const struct correlator *c, const char *code, enum place_how how)
{
    struct position position = {NAN, NAN, how, code};
    if (c->ground)
        ground_label(c->ground, code, &position.lon, &position.lat);
    return position;
}

enum { VILLAGE_DIGITS = 12 };

char *place_village(const struct correlator *c, const char *code)
{
    if (!code)
        return NULL;
    if (!c->ground)
        return strlen(code) >= VILLAGE_DIGITS ? g_strndup(code, VILLAGE_DIGITS) : NULL;
    const char *level = ground_level(c->ground, code);
    if (!g_strcmp0(level, "village") || !g_strcmp0(level, "community"))
        return g_strdup(code);
    return g_strcmp0(level, "cell") ? NULL : g_strdup(ground_parent(c->ground, code));
}

/* Ends of addresses that count houses: stripped only together with a number. */
static bool is_house(gunichar c)
{
    static const gunichar words[] = {0x53f7, 0x680b, 0x5e62, 0x5ba4, 0x697c,
                                     0x5c42, 0x5355, 0x5143, '-',    '#'}; /* 号栋幢室楼层单元 */
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (c == words[i])
            return true;
    return false;
}

char *place_street(const char *address)
{
    if (!address)
        return NULL;
    const char *end = address + strlen(address), *cut = end;
    while (end > address) {
        const char *before = g_utf8_prev_char(end);
        gunichar c = g_utf8_get_char(before);
        if (g_unichar_isdigit(c))
            cut = before;
        else if (!is_house(c))
            break;
        end = before;
    }
    return cut > address ? g_strndup(address, (gsize)(cut - address)) : g_strdup(address);
}

/* What follows the village's name; without a ground, the town's. */
static const char *within(const struct correlator *c, const char *address, const char *village)
{
    static const char *const towns[] = {"镇", "乡"};
    const char *name = village && c->ground ? ground_name(c->ground, village) : NULL;
    const char *at = name ? g_strrstr(address, name) : NULL;
    if (at)
        return at + strlen(name);
    for (size_t i = 0; !c->ground && i < G_N_ELEMENTS(towns); i++) {
        at = g_strrstr(address, towns[i]);
        if (at)
            return at + strlen(towns[i]);
    }
    return address;
}

char *place_house(const struct correlator *c, const char *address, const char *area)
{
    g_autofree char *street = place_street(address);
    if (!street || strcmp(street, address) == 0)
        return NULL;
    const char *named = c->ground ? ground_of_address(c->ground, address) : NULL;
    g_autofree char *village = place_village(c, named ? named : area);
    if (c->ground && !village)
        return NULL; /* nobody can tell whose number 12 */
    return g_strconcat(village && c->ground ? village : "", " ", within(c, address, village), NULL);
}

struct position place_of_event(struct correlator *c, const struct event *event)
{
    const struct device *device = device_find(c, event->device);
    if (!isnan(event->lon))
        return at_point(c, event->lon, event->lat, PLACE_POINT, event->area);
    if (device && !isnan(device->lon))
        return at_point(c, device->lon, device->lat, PLACE_DEVICE, device->area);
    const char *code = event->area ? event->area : device ? device->area : NULL;
    if (code && (!c->ground || ground_name(c->ground, code)))
        return at_area(c, code, PLACE_AREA);
    code = event->address && c->ground ? ground_of_address(c->ground, event->address) : NULL;
    if (code)
        return at_area(c, code, PLACE_ADDRESS);
    return (struct position){NAN, NAN, PLACE_UNKNOWN, NULL};
}

char *place_named(const struct correlator *c, bool zh, const char *code)
{
    const char *name = NULL;
    if (c->ground)
        name = zh ? ground_name(c->ground, code) : ground_name_en(c->ground, code);
    if (!name)
        return g_strdup(code);
    return zh ? g_strdup_printf("%s（%s）", name, code) : g_strdup_printf("%s (%s)", name, code);
}
