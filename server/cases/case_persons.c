/* Whom somebody who works on cases may know: the persons of cases that they see, where they may
 * know the reporter. Nobody's reporter of an alert, before it is a case. */
#include "cases/cases_private.h"
#include "identity/persons.h"

static gpointer begin(const struct net_session *session, gpointer user)
{
    const struct cases *cases = user;
    return case_who_new(cases->options.identity, session);
}

static void end(gpointer asker)
{
    case_who_free(asker);
}

/* By the case that it was merged into too: who works on that one calls all of them back. */
static bool case_tells(struct store_tx *tx, const struct case_who *who, const char *id, bool *tells,
                       GError **error)
{
    case_row_auto row = {0}, into = {0};
    if (!case_row_load(tx, id, &row, error) ||
        (row.merged_into && !case_row_load(tx, row.merged_into, &into, error)))
        return false;
    struct case_seen seen = case_seen_of(row.merged_into ? &into : &row);
    *tells = case_who_sees(who, &seen) &&
             case_may_know_reporter(row.about, who, case_who_roles(who, &seen));
    return true;
}

static bool read_links(struct store_tx *tx, const char *person, GPtrArray *cases, bool *only_others,
                       GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT kind, object FROM person_link WHERE person = ?"
                                       " AND kind IN ('case', 'alert')",
                                       "s", person);
    *only_others = true;
    while (rows && store_rows_next(rows, &bad)) {
        *only_others = false;
        if (g_strcmp0(store_text(rows, 0), "case") == 0)
            g_ptr_array_add(cases, store_text_dup(rows, 1));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool knows(struct store_tx *tx, gpointer asker, const char *person, bool *known,
                  GError **error)
{
    g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func(g_free);
    bool fine = read_links(tx, person, cases, known, error);
    for (guint i = 0; fine && !*known && i < cases->len; i++)
        fine = case_tells(tx, asker, cases->pdata[i], known, error);
    return fine;
}

void cases_guard_persons(struct cases *cases)
{
    static const struct person_gate gate = {.begin = begin, .end = end, .knows = knows};
    identity_set_person_gate(cases->options.identity, &gate, cases);
}
