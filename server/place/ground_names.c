/* Address in words → area. A name counts with its ending (石桥村) and, when it does not go on as
 * the name of a road, without (石桥). A longer name hides a shorter one inside it. What names two
 * areas of which neither lies in the other names none: an unknown place is better than a wrong one.
 */
#include "place/ground_private.h"
#include <string.h>

enum { MAX_HITS = 64 };

struct alias {
    char *text;   /* NFKC, without white space */
    size_t bytes; /* of text */
    const struct ground_area *area;
    bool whole; /* with its ending */
};

struct ground_names {
    GHashTable *by_head;   /* first two characters → GArray of struct alias */
    GHashTable *by_number; /* → GPtrArray of governance cells */
};

struct hit {
    const struct ground_area *area;
    size_t begin, end; /* bytes of the address */
    bool whole, hidden;
};

static const char *const endings[] = {
    "村民委员会", "居民委员会", "社区居委会", "村委会", "居委会", "街道办事处", "人民政府", "社区",
    "街道",       "网格",       "镇",         "乡",     "县",     "区",         "市",       "村"};
/* What a name without its ending must not go on with: then it names a road, a river, a person's
 * house or another unit. */
static const char *const others[] = {"路",   "街",   "大道", "巷",   "弄",   "桥",   "河",
                                     "水库", "中路", "东路", "西路", "南路", "北路", "大街"};

/* Full-width forms become plain, white space goes. */
static char *plain(const char *text)
{
    g_autofree char *normal = g_utf8_normalize(text, -1, G_NORMALIZE_NFKC);
    GString *out = g_string_new(NULL);
    for (const char *p = normal ? normal : ""; *p; p = g_utf8_next_char(p))
        if (!g_unichar_isspace(g_utf8_get_char(p)))
            g_string_append_unichar(out, g_utf8_get_char(p));
    return g_string_free(out, FALSE);
}

/* The first two characters in one number; 0: fewer. */
static gint64 head_of(const char *text)
{
    gunichar first = g_utf8_get_char(text);
    gunichar second = first ? g_utf8_get_char(g_utf8_next_char(text)) : 0;
    return second ? ((gint64)first << 32) | second : 0;
}

static void alias_clear(gpointer data)
{
    struct alias *alias = data;
    g_free(alias->text);
}

static void add_alias(struct ground_names *names, const struct ground_area *area, char *text,
                      bool whole)
{
    gint64 head = head_of(text);
    GArray *list = head ? g_hash_table_lookup(names->by_head, &head) : NULL;
    if (!head) {
        g_free(text);
        return;
    }
    if (!list) {
        list = g_array_new(FALSE, FALSE, sizeof(struct alias));
        g_array_set_clear_func(list, alias_clear);
        g_hash_table_insert(names->by_head, g_memdup2(&head, sizeof head), list);
    }
    struct alias alias = {text, strlen(text), area, whole};
    g_array_append_val(list, alias);
}

static bool cut_ending(char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        if (g_str_has_suffix(text, endings[i]) &&
            g_utf8_strlen(text, -1) - g_utf8_strlen(endings[i], -1) >= 2) {
            text[strlen(text) - strlen(endings[i])] = '\0';
            return true;
        }
    return false;
}

/* 漕河村村委会: as it is, 漕河村, and 漕河, which has no ending left. */
static void add_names(struct ground_names *names, const struct ground_area *area)
{
    char *text = plain(area->name);
    add_alias(names, area, g_strdup(text), true);
    while (area->rank != RANK_CELL && cut_ending(text)) {
        g_autofree char *again = g_strdup(text);
        add_alias(names, area, g_strdup(text), cut_ending(again));
    }
    /* 青岭村委会 is 青岭村 to everybody */
    if (area->rank == RANK_VILLAGE && g_str_has_suffix(area->name, "村委会") &&
        !g_str_has_suffix(area->name, "村村委会"))
        add_alias(names, area, g_strconcat(text, "村", NULL), true);
    g_free(text);
}

static void add_number(struct ground_names *names, const struct ground_area *area)
{
    gpointer key = GINT_TO_POINTER(area->number);
    GPtrArray *cells = g_hash_table_lookup(names->by_number, key);
    if (!cells) {
        cells = g_ptr_array_new();
        g_hash_table_insert(names->by_number, key, cells);
    }
    g_ptr_array_add(cells, (gpointer)area);
}

struct ground_names *ground_names_create(const struct ground *ground)
{
    struct ground_names *names = g_new0(struct ground_names, 1);
    names->by_head =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)g_array_unref);
    names->by_number = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < ground->areas->len; i++) {
        const struct ground_area *area = g_ptr_array_index(ground->areas, i);
        if (strcmp(area->layer, "governance") != 0)
            continue;
        add_names(names, area);
        if (area->number >= 0)
            add_number(names, area);
    }
    return names;
}

void ground_names_destroy(struct ground_names *names)
{
    if (!names)
        return;
    g_hash_table_unref(names->by_head);
    g_hash_table_unref(names->by_number);
    g_free(names);
}

/* --- names in an address */

static bool goes_on_as_other(const char *rest)
{
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_str_has_prefix(rest, others[i]))
            return true;
    return false;
}

static bool fits(const struct alias *alias, const char *address, const char *at)
{
    if (strncmp(at, alias->text, alias->bytes) != 0)
        return false;
    if (g_ascii_isdigit(*at) && at > address && g_ascii_isdigit(at[-1]))
        return false; /* 5网格 in 15网格 */
    return alias->whole || !goes_on_as_other(at + alias->bytes);
}

static guint find_names(const struct ground_names *names, const char *address, struct hit *hits)
{
    guint count = 0;
    for (const char *at = address; *at; at = g_utf8_next_char(at)) {
        gint64 head = head_of(at);
        const GArray *list = g_hash_table_lookup(names->by_head, &head);
        for (guint i = 0; list && i < list->len && count < MAX_HITS; i++) {
            const struct alias *alias = &g_array_index(list, struct alias, i);
            size_t begin = (size_t)(at - address);
            if (fits(alias, address, at))
                hits[count++] =
                    (struct hit){alias->area, begin, begin + alias->bytes, alias->whole, false};
        }
    }
    return count;
}

static bool lies_in(const struct ground *ground, const struct ground_area *area,
                    const struct ground_area *above)
{
    while (area && area != above)
        area = ground_area(ground, area->parent);
    return area != NULL;
}

/* Does `other` make `hit` say nothing? 石桥村 inside of 东石桥村 does not count; of a town and a
 * village in it that have one name the town does, which is sure. */
static bool hides(const struct ground *ground, const struct hit *other, const struct hit *hit)
{
    size_t own = hit->end - hit->begin, others_own = other->end - other->begin;
    if (other->begin > hit->begin || other->end < hit->end)
        return false;
    return others_own > own ||
           (other->area != hit->area && lies_in(ground, hit->area, other->area));
}

static void hide_shorter(const struct ground *ground, struct hit *hits, guint count)
{
    for (guint i = 0; i < count; i++)
        for (guint k = 0; k < count; k++)
            hits[i].hidden |= hides(ground, &hits[k], &hits[i]);
}

static bool agree(const struct ground *ground, const struct ground_area *a,
                  const struct ground_area *b)
{
    return lies_in(ground, a, b) || lies_in(ground, b, a);
}

/* Villages of one name in several towns: the one in a town that the address names too. */
static void hide_namesakes(const struct ground *ground, struct hit *hits, guint count)
{
    for (guint i = 0; i < count; i++) {
        bool doubted = false, backed = false, other_backed = false;
        for (guint k = 0; k < count; k++) {
            bool same = hits[k].begin == hits[i].begin && hits[k].end == hits[i].end;
            if (same && hits[k].area != hits[i].area)
                doubted = true;
            if (!same && !hits[k].hidden && hits[k].area != hits[i].area) {
                bool mine = agree(ground, hits[i].area, hits[k].area);
                backed |= mine;
                other_backed |= !mine;
            }
        }
        if (doubted && other_backed && !backed)
            hits[i].hidden = true;
    }
}

/* The deepest of what is named and agrees; *excluded: two of them exclude each other. */
static const struct hit *deepest(const struct ground *ground, const struct hit *hits, guint count,
                                 bool whole, const struct hit *best, bool *excluded)
{
    const struct ground_area *given = best ? best->area : NULL;
    for (guint i = 0; i < count; i++) {
        const struct hit *hit = &hits[i];
        g_assert(hit->area);
        if (hit->hidden || hit->whole != whole)
            continue;
        if (given && !agree(ground, hit->area, given))
            continue; /* a name with its ending has more weight */
        if (best && !agree(ground, hit->area, best->area))
            *excluded = true;
        if (!best || hit->area->rank > best->area->rank)
            best = hit;
    }
    return best;
}

/* --- numbers of cells */

static int chinese_digit(gunichar c)
{
    static const char *const digits = "〇一二三四五六七八九";
    const char *found = c ? g_utf8_strchr(digits, -1, c) : NULL;
    return found && c != 0 ? (int)g_utf8_pointer_to_offset(digits, found) : -1;
}

/* Reads 05, 五, 十二, 二十, 三十九; -1: no number. *text moves behind it. */
static int read_number(const char **text)
{
    const char *p = *text;
    int value = 0, digits = 0;
    while (g_ascii_isdigit(*p) && digits++ < 4)
        value = value * 10 + (*p++ - '0');
    if (digits == 0)
        for (; *p && digits < 4; p = g_utf8_next_char(p), digits++) {
            gunichar c = g_utf8_get_char(p);
            int digit = chinese_digit(c);
            if (c == g_utf8_get_char("十"))
                value = value == 0 ? 10 : value * 10;
            else if (digit >= 0)
                value = value >= 10 && value % 10 == 0 ? value + digit : value * 10 + digit;
            else
                break;
        }
    *text = p;
    return digits > 0 ? value : -1;
}

/* The number of the first "第5号网格" in `text`; -1: none. */
static int cell_number(const char *text)
{
    for (const char *at = text; *at;) {
        const char *p = at;
        int number = read_number(&p);
        if (number < 0) {
            at = g_utf8_next_char(at);
            continue;
        }
        if (g_str_has_prefix(p, "号"))
            p += strlen("号");
        if (g_str_has_prefix(p, "网格"))
            return number;
        at = p > at ? p : g_utf8_next_char(at);
    }
    return -1;
}

/* The only cell of that number in `above` (NULL: anywhere). *known: there is one somewhere. */
static const struct ground_area *cell_of(const struct ground *ground, int number,
                                         const struct ground_area *above, bool *known)
{
    const GPtrArray *cells = g_hash_table_lookup(ground->names->by_number, GINT_TO_POINTER(number));
    const struct ground_area *cell = NULL;
    guint count = 0;
    for (guint i = 0; cells && i < cells->len; i++) {
        const struct ground_area *area = g_ptr_array_index(cells, i);
        *known = true;
        if (!above || lies_in(ground, area, above)) {
            cell = area;
            count++;
        }
    }
    return count == 1 ? cell : NULL;
}

const char *ground_of_address(const struct ground *ground, const char *address)
{
    struct hit hits[MAX_HITS];
    g_autofree char *text = plain(address);
    guint count = find_names(ground->names, text, hits);
    hide_shorter(ground, hits, count);
    hide_namesakes(ground, hits, count);
    bool excluded = false, known = false;
    const struct hit *best = deepest(ground, hits, count, true, NULL, &excluded);
    best = deepest(ground, hits, count, false, best, &excluded);
    if (excluded)
        return NULL;
    const struct ground_area *area = best ? best->area : NULL;
    int number = area && area->rank == RANK_CELL ? -1 : cell_number(text + (best ? best->end : 0));
    const struct ground_area *cell = number >= 0 ? cell_of(ground, number, area, &known) : NULL;
    if (cell)
        return cell->code;
    if (known && area && area->rank == RANK_VILLAGE)
        return NULL; /* that cell is another village's */
    return area ? area->code : NULL;
}
