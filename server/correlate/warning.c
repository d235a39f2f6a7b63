#include "correlate/warning.h"
#include "correlate/rules_private.h"
#include <math.h>
#include <string.h>

static const char *const names[WARNING_COLOURS] = {"green", "yellow", "red"};

const char *warning_colour_name(enum warning_colour colour)
{
    return (unsigned)colour < WARNING_COLOURS ? names[colour] : NULL;
}

bool warning_colour_find(const char *name, enum warning_colour *colour)
{
    for (unsigned i = 0; i < WARNING_COLOURS; i++) {
        if (g_strcmp0(name, names[i]) == 0) {
            *colour = (enum warning_colour)i;
            return true;
        }
    }
    return false;
}

static bool holds(char **list, const char *name)
{
    return name && g_strv_contains((const char *const *)list, name);
}

bool warning_category(const struct rules *rules, const char *dimension, const char *type,
                      const char **category)
{
    const struct warning_rules *w = &rules->warning;
    if (!holds(w->dimensions, dimension) || holds(w->leave_out, dimension) ||
        holds(w->leave_out, type))
        return false;
    bool sum = holds(w->sum_only, dimension) || holds(w->sum_only, type);
    *category = sum ? dimension : type;
    return true;
}

double warning_poisson(unsigned count, double expected)
{
    if (!count)
        return 1;
    if (!(expected > 0))
        return 0;
    /* The tail itself is summed, from its greatest term on: 1 − P(X < count) would lose what is
     * small. Below the mean the head is the shorter of the two. */
    bool head = (double)count <= expected;
    double term = exp(-expected + (head ? count - 1 : count) * log(expected) -
                      lgamma((head ? count - 1 : count) + 1.0));
    double sum = 0;
    for (unsigned k = head ? count - 1 : count; term > 0; k = head ? k - 1 : k + 1) {
        sum += term;
        if ((head && !k) || term < sum * 1e-17)
            break;
        term *= head ? k / expected : expected / (k + 1.0);
    }
    return CLAMP(head ? 1 - sum : sum, 0, 1);
}

/* --- cells */

static void clear_line(gpointer user)
{
    struct warning_line *line = user;
    g_free(line->dimension);
    g_free(line->category);
}

static void free_cell(gpointer user)
{
    struct warning_cell *cell = user;
    g_free(cell->area);
    g_array_unref(cell->lines);
    g_free(cell);
}

static struct warning_line judge(const struct rules *rules, const struct warning_count *count)
{
    const struct warning_rules *w = &rules->warning;
    struct warning_line line = {
        .dimension = g_strdup(count->dimension),
        .category = g_strdup(count->category),
        .count = count->count,
        .windows = count->windows,
        .p = NAN,
    };
    guint64 sum = 0;
    for (unsigned i = 0; i < count->windows; i++)
        sum += count->past[i];
    if (!count->windows)
        return line;
    line.expected = (sum ? (double)sum : 0.5) / count->windows;
    line.p = warning_poisson(count->count, line.expected);
    if (count->count >= w->least && line.p < w->p)
        line.colour = line.p < w->colours[WARNING_RED].p ? WARNING_RED : WARNING_YELLOW;
    return line;
}

static int compare_lines(gconstpointer a, gconstpointer b)
{
    const struct warning_line *left = a, *right = b;
    if (left->colour != right->colour)
        return left->colour > right->colour ? -1 : 1;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    int order = strcmp(left->dimension, right->dimension);
    return order ? order : strcmp(left->category, right->category);
}

static int compare_cells(gconstpointer a, gconstpointer b)
{
    const struct warning_cell *const *left = a, *const *right = b;
    return strcmp((*left)->area, (*right)->area);
}

GPtrArray *warning_judge(const struct rules *rules, const struct warning_count *counts, guint count)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(free_cell);
    g_autoptr(GHashTable) by_area = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < count; i++) {
        struct warning_cell *cell = g_hash_table_lookup(by_area, counts[i].area);
        if (!cell) {
            cell = g_new0(struct warning_cell, 1);
            cell->area = g_strdup(counts[i].area);
            cell->lines = g_array_new(FALSE, TRUE, sizeof(struct warning_line));
            g_array_set_clear_func(cell->lines, clear_line);
            g_hash_table_insert(by_area, cell->area, cell);
            g_ptr_array_add(cells, cell);
        }
        struct warning_line line = judge(rules, &counts[i]);
        cell->colour = MAX(cell->colour, line.colour);
        cell->count += line.count;
        g_array_append_val(cell->lines, line);
    }
    for (guint i = 0; i < cells->len; i++) {
        struct warning_cell *cell = cells->pdata[i];
        cell->shown = cell->count >= rules->warning.display_least;
        g_array_sort(cell->lines, compare_lines);
    }
    g_ptr_array_sort(cells, compare_cells);
    return cells;
}

struct warning_window warning_window(const struct rules *rules)
{
    return (struct warning_window){(unsigned)rules->warning.window_days,
                                   (unsigned)rules->warning.past_windows};
}

const char *warning_meaning_zh(const struct rules *rules, enum warning_colour colour)
{
    return (unsigned)colour < WARNING_COLOURS ? rules->warning.colours[colour].zh : NULL;
}

const char *warning_meaning_en(const struct rules *rules, enum warning_colour colour)
{
    return (unsigned)colour < WARNING_COLOURS ? rules->warning.colours[colour].en : NULL;
}
