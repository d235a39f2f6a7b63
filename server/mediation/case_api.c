/* Meetings that were made of a case, for whoever sees the case: that there are any, when, how far,
 * what came of them. */
#include "mediation/host.h"
#include <string.h>

enum { LIST = 100 };

static const struct problem NO_CASE = {404, "not_found", NULL, "没有这个案件",
                                       "there is no such case"};

/* A title may say what that of the case does not: it goes to who has a seat. */
static json_t *row_json(struct store_rows *rows)
{
    const char *role = store_text(rows, 7);
    bool leads = role && (strcmp(role, "mediator") == 0 || strcmp(role, "co_mediator") == 0);
    bool agreed = store_int(rows, 9) > 0;
    return json_pack("{s:s,s:s,s:s,s:I,s:o,s:o,s:o,s:s?,s:b,s:b,s:s?}", "id", store_text(rows, 0),
                     "kind", store_text(rows, 1), "state", store_text(rows, 2), "sittings",
                     (json_int_t)store_int(rows, 3), "starts_us", meeting_time(store_int(rows, 4)),
                     "ends_us", meeting_time(store_int(rows, 5)), "ended_us",
                     meeting_time(store_int(rows, 6)), "outcome",
                     agreed ? "agreed" : store_text(rows, 8), "seat", role != NULL, "leads",
                     (int)leads, "title", role ? store_text(rows, 10) : NULL);
}

static bool read_rows(struct store_tx *tx, struct ask *ask, GError **error)
{
    GError *bad = NULL;
    ask->result = json_array();
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT m.id, m.kind, m.state, m.sittings, m.starts_us, m.ends_us, m.ended_us,"
        " (SELECT s.role FROM meeting_seat s WHERE s.meeting = m.id AND s.user_id = ? AND"
        " s.state <> 'removed'),"
        " (SELECT f.result FROM meeting_failure f WHERE f.meeting = m.id ORDER BY f.sitting DESC"
        " LIMIT 1),"
        " (SELECT COUNT(*) FROM meeting_agreement a WHERE a.meeting = m.id), m.title"
        " FROM meeting m WHERE m.case_id = ? ORDER BY m.starts_us DESC, m.id LIMIT ?",
        "ssi", ask->user, ask_text(ask->body, "case"), (gint64)LIST);
    while (rows && store_rows_next(rows, &bad))
        json_array_append_new(ask->result, row_json(rows));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void seen(const struct mediation_case *about, gpointer data)
{
    bool *sees = data;
    *sees = about != NULL;
}

static bool read_list(struct store_tx *tx, gpointer data, GError **error)
{
    struct ask *ask = data;
    const struct mediation_hooks *hooks = &ask->mediation->options.hooks;
    bool sees = false;
    if (!hooks->case_look(tx, ask->who, ask_text(ask->body, "case"), seen, &sees, error))
        return false;
    return sees ? read_rows(tx, ask, error) : ask_refuse(ask, &NO_CASE, error);
}

static void listed(gpointer ask, const GError *error)
{
    ask_listed(ask, "meetings", error);
}

static void get_list(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    const struct mediation_hooks *hooks = &mediation->options.hooks;
    json_t *body = json_pack("{s:s}", "case", net_request_param(request, "id"));
    struct ask *ask = ask_new(mediation, request, body);
    ask->who = hooks->who(net_request_session(request), hooks->user);
    store_read(mediation->options.store, read_list, ask, listed);
}

void mediation_case_routes(struct mediation *mediation)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/cases/:id/meetings", "case.own", get_list, 0},
    };
    const struct mediation_hooks *hooks = &mediation->options.hooks;
    if (hooks->who && hooks->case_look)
        net_add_routes(mediation->options.net, routes, G_N_ELEMENTS(routes), mediation);
}
