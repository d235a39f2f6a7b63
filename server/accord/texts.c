#include "accord/texts.h"
#include <string.h>

enum { WIDE = 1000, HIGH = 400, MOST_STROKES = 200, MOST_POINTS = 5000 };
#define DAY_US (INT64_C(86400) * G_USEC_PER_SEC)

static const char *const kinds[ACCORD_KINDS] = {"minutes", "fact"};

const char *accord_kind_name(int kind)
{
    return kinds[kind];
}

int accord_kind_find(const char *name)
{
    for (int i = 0; name && i < ACCORD_KINDS; i++)
        if (strcmp(kinds[i], name) == 0)
            return i;
    return -1;
}

/* --- life */

static void entry_free(gpointer data)
{
    struct accord_entry *entry = data;
    g_free(entry->text);
    g_free(entry);
}

static void word_free(gpointer data)
{
    struct accord_word *word = data;
    g_free(word->seat);
    g_free(word);
}

static void note_free(gpointer data)
{
    struct accord_note *note = data;
    g_free(note->seat);
    g_free(note->kind);
    g_free(note->text);
    g_free(note);
}

static void signature_free(gpointer data)
{
    struct accord_signature *signature = data;
    g_free(signature->seat);
    g_free(signature->name);
    g_free(signature->strokes);
    g_free(signature);
}

static void draft_free(struct accord_draft *draft)
{
    g_free(draft->how);
    g_free(draft->template);
    g_free(draft->title);
    g_free(draft->fields);
    g_free(draft->text);
    g_free(draft->sha256);
    g_free(draft);
}

static void force_free(struct accord_force *force)
{
    g_free(force->file);
    g_free(force->case_state);
    g_free(force->case_why);
    g_free(force->court);
    g_free(force->perform);
    g_free(force->perform_note);
    g_free(force);
}

struct accord_texts *accord_texts_new(void)
{
    struct accord_texts *texts = g_new0(struct accord_texts, 1);
    for (int i = 0; i < ACCORD_KINDS; i++)
        texts->entries[i] = g_ptr_array_new_with_free_func(entry_free);
    texts->confirms = g_ptr_array_new_with_free_func(word_free);
    texts->answers = g_ptr_array_new_with_free_func(word_free);
    texts->notes = g_ptr_array_new_with_free_func(note_free);
    texts->signatures = g_ptr_array_new_with_free_func(signature_free);
    return texts;
}

void accord_texts_free(struct accord_texts *texts)
{
    if (!texts)
        return;
    for (int i = 0; i < ACCORD_KINDS; i++)
        g_ptr_array_unref(texts->entries[i]);
    g_ptr_array_unref(texts->confirms);
    g_ptr_array_unref(texts->answers);
    g_ptr_array_unref(texts->notes);
    g_ptr_array_unref(texts->signatures);
    g_clear_pointer(&texts->draft, draft_free);
    g_clear_pointer(&texts->force, force_free);
    g_free(texts);
}

/* --- minutes and facts */

struct accord_entry *accord_entry_find(const struct accord_texts *texts, enum accord_kind kind,
                                       gint64 n)
{
    const GPtrArray *entries = texts->entries[kind];
    return n >= 1 && n <= (gint64)entries->len ? entries->pdata[n - 1] : NULL;
}

GPtrArray *accord_chain(const GPtrArray *entries)
{
    GPtrArray *chain = g_ptr_array_new_with_free_func(g_free);
    const char *before = "";
    for (guint i = 0; i < entries->len; i++) {
        const struct accord_entry *entry = entries->pdata[i];
        g_autofree char *text = g_strdup_printf("%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT
                                                "\n%" G_GINT64_FORMAT "\n%s\n%s\n",
                                                before, entry->n, entry->version, entry->said_us,
                                                entry->struck ? "struck" : "", entry->text);
        g_ptr_array_add(chain, g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1));
        before = chain->pdata[i];
    }
    return chain;
}

gint64 accord_confirmed(const struct accord_texts *texts, const char *seat, gint64 person,
                        gint64 *time_us)
{
    const GPtrArray *entries = texts->entries[ACCORD_MINUTES];
    gint64 best = 0;
    for (guint i = 0; i < texts->confirms->len; i++) {
        const struct accord_word *word = texts->confirms->pdata[i];
        gint64 holds = 0;
        if (word->person != person || strcmp(word->seat, seat) != 0)
            continue;
        while (holds < word->n && holds < (gint64)entries->len &&
               ((const struct accord_entry *)entries->pdata[holds])->seq < word->seq)
            holds++;
        if (holds <= best)
            continue;
        best = holds;
        if (time_us)
            *time_us = word->time_us;
    }
    return best;
}

int accord_answer(const struct accord_texts *texts, const struct accord_entry *fact,
                  const char *seat, gint64 person)
{
    for (guint i = texts->answers->len; i-- > 0;) {
        const struct accord_word *word = texts->answers->pdata[i];
        if (word->n == fact->n && word->person == person && strcmp(word->seat, seat) == 0)
            return word->version == fact->version ? word->yes : -1;
    }
    return -1;
}

bool accord_undisputed(const struct accord_texts *texts, const struct accord_meeting *meeting,
                       const struct accord_entry *fact)
{
    if (fact->struck || !accord_has_sides(meeting))
        return false;
    for (guint i = 0; i < meeting->seat_count; i++) {
        const struct accord_seat *seat = &meeting->seats[i];
        for (guint p = 0; seat->sides && !seat->gone && p < seat->people_count; p++)
            if (accord_answer(texts, fact, seat->id, seat->people[p].n) != 1)
                return false;
    }
    return true;
}

/* --- signatures */

bool accord_signs(const struct accord_seat *seat)
{
    return !seat->gone && (seat->sides || seat->chairs);
}

bool accord_has_sides(const struct accord_meeting *meeting)
{
    const char *one = NULL;
    for (guint i = 0; i < meeting->seat_count; i++) {
        const struct accord_seat *seat = &meeting->seats[i];
        if (!seat->sides || seat->gone)
            continue;
        if (one && strcmp(one, seat->side) != 0)
            return true;
        one = seat->side;
    }
    return false;
}

const struct accord_signature *accord_signed(const struct accord_texts *texts, const char *seat,
                                             gint64 person)
{
    for (guint i = 0; i < texts->signatures->len; i++) {
        const struct accord_signature *one = texts->signatures->pdata[i];
        if (one->person == person && strcmp(one->seat, seat) == 0)
            return one;
    }
    return NULL;
}

bool accord_complete(const struct accord_texts *texts, const struct accord_meeting *meeting)
{
    if (!texts->draft || !texts->draft->offered || !accord_has_sides(meeting))
        return false;
    for (guint i = 0; i < meeting->seat_count; i++) {
        const struct accord_seat *seat = &meeting->seats[i];
        for (guint p = 0; accord_signs(seat) && p < seat->people_count; p++)
            if (!accord_signed(texts, seat->id, seat->people[p].n))
                return false;
    }
    return true;
}

static bool is_point(const json_t *point, double *x, double *y)
{
    if (json_array_size(point) != 2 || !json_is_number(json_array_get(point, 0)) ||
        !json_is_number(json_array_get(point, 1)))
        return false;
    *x = json_number_value(json_array_get(point, 0));
    *y = json_number_value(json_array_get(point, 1));
    return *x >= 0 && *x <= WIDE && *y >= 0 && *y <= HIGH;
}

bool accord_strokes_good(const json_t *strokes)
{
    size_t count = json_array_size(strokes), points = 0;
    double left = WIDE, right = 0, top = HIGH, bottom = 0, x, y;
    if (count < 1 || count > MOST_STROKES)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *stroke = json_array_get(strokes, i);
        points += json_array_size(stroke);
        if (json_array_size(stroke) == 0 || points > MOST_POINTS)
            return false;
        for (size_t p = 0; p < json_array_size(stroke); p++) {
            if (!is_point(json_array_get(stroke, p), &x, &y))
                return false;
            left = MIN(left, x);
            right = MAX(right, x);
            top = MIN(top, y);
            bottom = MAX(bottom, y);
        }
    }
    return right - left >= 20 || bottom - top >= 20;
}

gint64 accord_next_us(gint64 due_us, gint64 reminded)
{
    static const gint64 days[] = {7, 3, 1, 0};
    return due_us && reminded < (gint64)G_N_ELEMENTS(days) ? due_us - days[reminded] * DAY_US : 0;
}

gint64 accord_court_due_us(gint64 effective_us)
{
    enum { DAYS = 30, HOURS_EAST = 8 };
    const gint64 east_us = DAY_US / 24 * HOURS_EAST;
    return ((effective_us + east_us) / DAY_US + DAYS + 1) * DAY_US - east_us;
}

gint64 accord_perform_next_us(gint64 due_us, gint64 reminded)
{
    static const gint64 days[] = {3, 0, -3};
    return due_us && reminded < (gint64)G_N_ELEMENTS(days) ? due_us - days[reminded] * DAY_US : 0;
}
