/* The three-colour warning (三色预警): counts of a grid cell and category against their own past.
 * Pure; any thread. */
#pragma once
#include "correlate/rules.h"

enum warning_colour { WARNING_GREEN, WARNING_YELLOW, WARNING_RED, WARNING_COLOURS };
/* "green" …; NULL for a number that is none. */
const char *warning_colour_name(enum warning_colour colour);
bool warning_colour_find(const char *name, enum warning_colour *colour);

/* Under which category something is counted. false: it is left out (belief and ethnic matters, a
 * dimension that does not count). `*category`: the type, or the dimension where only the sum counts
 * (petitions). Borrowed from the arguments or the rules. */
bool warning_category(const struct rules *rules, const char *dimension, const char *type,
                      const char **category);

/* P(X >= count) of a Poisson variable with that mean; 1 for count 0. */
double warning_poisson(unsigned count, double expected);

struct warning_count { /* borrowed */
    const char *area, *dimension, *category;
    unsigned count;       /* in the window that ends now */
    const unsigned *past; /* in the windows before, newest first */
    unsigned windows;     /* how many of them are known */
};
struct warning_line {
    char *dimension, *category;
    unsigned count, windows;
    double expected; /* mean of the past windows; 0.5 / windows where nothing ever was */
    double p;        /* NAN: there is no past to compare with */
    enum warning_colour colour;
};
struct warning_cell {
    char *area;
    enum warning_colour colour; /* the most serious of its lines */
    unsigned count;             /* sum of its lines */
    bool shown;                 /* enough of them for displays that others can see */
    GArray *lines;              /* of struct warning_line, the most serious first */
};
/* Returned: cells (struct warning_cell) by area, owned by the caller: g_ptr_array_unref(). */
GPtrArray *warning_judge(const struct rules *rules, const struct warning_count *counts,
                         guint count);

struct warning_window {
    unsigned days;    /* length of a window */
    unsigned windows; /* how many past ones are compared with */
};
struct warning_window warning_window(const struct rules *rules);
/* What a colour means, in words of the town. Borrowed. */
const char *warning_meaning_zh(const struct rules *rules, enum warning_colour colour);
const char *warning_meaning_en(const struct rules *rules, enum warning_colour colour);
