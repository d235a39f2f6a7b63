#include "intake/cap_words.h"
#include <string.h>

/* --- finding words */

static bool is_letter(char c)
{
    return g_ascii_isalnum(c);
}

/* Does it stand by itself at `at`? An English word as such or with an s at its end; a level in
 * Chinese not as the end of a greater one (十一级 is a wind's force). */
static bool stands(const char *text, const char *at, const char *word)
{
    const char *end = at + strlen(word);
    if (!is_letter(*word))
        return !g_str_has_suffix(word, "级") || at == text ||
               g_utf8_get_char(g_utf8_prev_char(at)) != 0x5341; /* 十 */
    end += *end == 's';
    return (at == text || !is_letter(at[-1])) && !is_letter(*end);
}

/* `text` in lower case, as `word` is. */
static bool has_word(const char *text, const char *word)
{
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if (stands(text, at, word))
            return true;
    return false;
}

/* --- types. The order matters: the special before the general. */

static const struct {
    const char *word; /* in lower case */
    const char *type;
} words[] = {
    {"台风", "typhoon"},
    {"typhoon", "typhoon"},
    {"hurricane", "typhoon"},
    {"tropical storm", "typhoon"},
    {"tropical cyclone", "typhoon"},
    {"地震", "earthquake"},
    {"earthquake", "earthquake"},
    {"山洪", "flood"},
    {"洪水", "flood"},
    {"flood", "flood"},
    {"flooding", "flood"},
    {"内涝", "waterlogging"},
    {"地质", "geology"},
    {"滑坡", "geology"},
    {"泥石流", "geology"},
    {"landslide", "geology"},
    {"debris flow", "geology"},
    {"森林火", "fire_danger"},
    {"草原火", "fire_danger"},
    {"火险", "fire_danger"},
    {"fire", "fire_danger"},
    {"wildfire", "fire_danger"},
    {"bushfire", "fire_danger"},
    {"暴雨", "rainstorm"},
    {"rainstorm", "rainstorm"},
    {"heavy rain", "rainstorm"},
    {"强降雨", "rainstorm"},
    {"雷电", "thunderstorm"},
    {"雷雨", "thunderstorm"},
    {"thunderstorm", "thunderstorm"},
    {"冰雹", "hail"},
    {"hail", "hail"},
    {"hailstorm", "hail"},
    {"高温", "heat_wave"},
    {"heat", "heat_wave"},
    {"heatwave", "heat_wave"},
    {"寒潮", "cold_wave"},
    {"低温", "cold_wave"},
    {"霜冻", "cold_wave"},
    {"cold", "cold_wave"},
    {"freeze", "cold_wave"},
    {"freezing", "cold_wave"},
    {"frost", "cold_wave"},
    {"暴雪", "snowstorm"},
    {"snow", "snowstorm"},
    {"snowfall", "snowstorm"},
    {"snowstorm", "snowstorm"},
    {"blizzard", "snowstorm"},
    {"结冰", "road_ice"},
    {"ice", "road_ice"},
    {"icy", "road_ice"},
    {"icing", "road_ice"},
    {"沙尘", "sandstorm"},
    {"sandstorm", "sandstorm"},
    {"dust", "sandstorm"},
    {"大雾", "fog"},
    {"fog", "fog"},
    {"霾", "haze"},
    {"haze", "haze"},
    {"大风", "wind"},
    {"wind", "wind"},
    {"windstorm", "wind"},
    {"干旱", "drought"},
    {"drought", "drought"},
};
static const struct {
    const char *category, *type;
} by_category[] = {{"Met", "weather"}, {"Geo", "geology"}, {"Fire", "fire_danger"}};

static const char *type_in(const char *text)
{
    g_autofree char *lower = text ? g_utf8_strdown(text, -1) : NULL;
    for (size_t i = 0; lower && i < G_N_ELEMENTS(words); i++)
        if (has_word(lower, words[i].word))
            return words[i].type;
    return NULL;
}

const char *cap_type(const struct cap_info *info)
{
    const char *type = type_in(info->event);
    if (!type)
        type = type_in(info->headline);
    for (size_t i = 0; !type && i < G_N_ELEMENTS(by_category); i++)
        if (strcmp(info->categories->pdata[0], by_category[i].category) == 0)
            type = by_category[i].type;
    return type ? type : "broadcast";
}

/* --- colours */

static const struct {
    const char *word; /* in lower case */
    enum cap_colour colour;
} colours[] = {
    {"红", CAP_RED},    {"red", CAP_RED},       {"Ⅰ级", CAP_RED},    {"一级", CAP_RED},
    {"橙", CAP_ORANGE}, {"orange", CAP_ORANGE}, {"Ⅱ级", CAP_ORANGE}, {"二级", CAP_ORANGE},
    {"黄", CAP_YELLOW}, {"yellow", CAP_YELLOW}, {"Ⅲ级", CAP_YELLOW}, {"三级", CAP_YELLOW},
    {"蓝", CAP_BLUE},   {"blue", CAP_BLUE},     {"Ⅳ级", CAP_BLUE},   {"四级", CAP_BLUE},
};

static enum cap_colour colour_in(const char *text)
{
    g_autofree char *lower = text ? g_utf8_strdown(text, -1) : NULL;
    for (size_t i = 0; lower && i < G_N_ELEMENTS(colours); i++)
        if (has_word(lower, colours[i].word))
            return colours[i].colour;
    return CAP_NO_COLOUR;
}

/* "黄色", "黄色预警": a colour in running text counts only as such a word. */
static enum cap_colour colour_of_title(const char *text)
{
    static const char *const marks[] = {"红色", "橙色", "黄色", "蓝色"};
    for (size_t i = 0; text && i < G_N_ELEMENTS(marks); i++)
        if (strstr(text, marks[i]))
            return (enum cap_colour)(CAP_RED + i);
    return CAP_NO_COLOUR;
}

static bool names_level(const char *name)
{
    static const char *const parts[] = {"color", "colour", "level", "颜色", "级别", "等级"};
    g_autofree char *lower = g_utf8_strdown(name, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (strstr(lower, parts[i]))
            return true;
    return false;
}

static enum cap_colour colour_of_pairs(const GArray *pairs)
{
    enum cap_colour colour = CAP_NO_COLOUR;
    for (guint i = 0; !colour && i < pairs->len; i++) {
        const struct cap_pair *pair = &g_array_index(pairs, struct cap_pair, i);
        if (names_level(pair->name))
            colour = colour_in(pair->value);
    }
    return colour;
}

enum cap_colour cap_colour(const struct cap_info *info, const char **from)
{
    static const char *const severities[] = {"", "Extreme", "Severe", "Moderate", "Minor"};
    enum cap_colour colour = colour_of_pairs(info->parameters);
    *from = "parameter";
    if (!colour)
        colour = colour_of_pairs(info->codes);
    if (colour)
        return colour;
    *from = "headline";
    colour = colour_of_title(info->headline);
    if (!colour)
        colour = colour_of_title(info->event);
    if (colour)
        return colour;
    *from = "severity";
    colour = colour_in(info->severity);
    for (size_t i = 1; !colour && i < G_N_ELEMENTS(severities); i++)
        if (strcmp(info->severity, severities[i]) == 0)
            colour = (enum cap_colour)i;
    if (!colour)
        *from = NULL;
    return colour;
}

const char *cap_colour_name(enum cap_colour colour)
{
    static const char *const names[] = {NULL, "red", "orange", "yellow", "blue"};
    return names[colour];
}

/* --- languages */

const char *cap_language(const struct cap_alert *alert)
{
    for (guint i = 0; i < alert->infos->len; i++) {
        const struct cap_info *info = alert->infos->pdata[i];
        if (g_ascii_strncasecmp(info->language, "zh", 2) == 0)
            return info->language;
    }
    return alert->infos->len ? ((const struct cap_info *)alert->infos->pdata[0])->language : NULL;
}
