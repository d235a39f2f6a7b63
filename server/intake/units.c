#include "intake/units.h"
#include <glib.h>
#include <string.h>

/* value in base = value × factor + offset */
static const struct {
    const char *unit, *kind;
    double factor, offset;
} units[] = {
    {"", "number", 1, 0},
    {"m", "length", 1, 0},
    {"cm", "length", 0.01, 0},
    {"mm", "length", 0.001, 0},
    {"km", "length", 1000, 0},
    {"°C", "temperature", 1, 0},
    {"C", "temperature", 1, 0},
    {"℃", "temperature", 1, 0},
    {"K", "temperature", 1, -273.15},
    {"°F", "temperature", 5.0 / 9, -160.0 / 9},
    {"F", "temperature", 5.0 / 9, -160.0 / 9},
    {"%", "share", 0.01, 0},
    {"‰", "share", 0.001, 0},
    {"ppm", "share", 1e-6, 0},
    {"ppb", "share", 1e-9, 0},
    {"%LEL", "explosive", 1, 0},
    {"g/m3", "density", 1, 0},
    {"mg/m3", "density", 1e-3, 0},
    {"ug/m3", "density", 1e-6, 0},
    {"µg/m3", "density", 1e-6, 0},
    {"μg/m3", "density", 1e-6, 0},
    {"Pa", "pressure", 1, 0},
    {"hPa", "pressure", 100, 0},
    {"kPa", "pressure", 1000, 0},
    {"MPa", "pressure", 1e6, 0},
    {"bar", "pressure", 1e5, 0},
    {"m/s", "speed", 1, 0},
    {"km/h", "speed", 1 / 3.6, 0},
    {"mm/h", "rain", 1, 0},
    {"m3/s", "flow", 1, 0},
    {"L/s", "flow", 1e-3, 0},
    {"m3/h", "flow", 1 / 3600.0, 0},
    {"V", "voltage", 1, 0},
    {"mV", "voltage", 1e-3, 0},
    {"kV", "voltage", 1e3, 0},
    {"A", "current", 1, 0},
    {"mA", "current", 1e-3, 0},
    {"W", "power", 1, 0},
    {"kW", "power", 1e3, 0},
    {"dB", "sound", 1, 0},
    {"dBA", "sound", 1, 0},
    {"lx", "light", 1, 0},
    {"°", "angle", 1, 0},
    {"deg", "angle", 1, 0},
    {"s", "time", 1, 0},
    {"ms", "time", 1e-3, 0},
    {"min", "time", 60, 0},
    {"h", "time", 3600, 0},
};

static int find(const char *unit)
{
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(units[i].unit, unit) == 0)
            return (int)i;
    return -1;
}

bool unit_known(const char *unit)
{
    return find(unit) >= 0;
}

bool unit_convert(double value, const char *from, const char *to, double *converted)
{
    *converted = value;
    if (strcmp(from, to) == 0)
        return true;
    int a = find(from), b = find(to);
    if (a < 0 || b < 0 || strcmp(units[a].kind, units[b].kind) != 0)
        return false;
    *converted = (value * units[a].factor + units[a].offset - units[b].offset) / units[b].factor;
    return true;
}
