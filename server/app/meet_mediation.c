#include "app/meet_mediation.h"
#include "app/meet_danger.h"
#include "cases/case_who.h"

/* --- cases */

static gpointer who_of(const struct net_session *session, gpointer user)
{
    const struct meet_mediation *meet = user;
    return case_who_new(meet->identity, session);
}

static void who_free(gpointer who, gpointer user)
{
    (void)user;
    case_who_free(who);
}

/* *sees: there is such a case, and this person sees it; then `row` is read. */
static bool load_seen(struct store_tx *tx, const struct case_who *who, const char *id,
                      struct case_row *row, bool *sees, GError **error)
{
    GError *bad = NULL;
    *sees = false;
    if (!case_row_load(tx, id, row, &bad)) {
        bool missing = g_error_matches(bad, STORE_ERROR, STORE_ERROR_NOT_FOUND);
        if (missing)
            g_error_free(bad);
        else
            g_propagate_error(error, bad);
        return missing;
    }
    struct case_seen seen = case_seen_of(row);
    *sees = case_who_sees(who, &seen);
    return true;
}

static bool case_look(struct store_tx *tx, gpointer who, const char *id,
                      void (*fn)(const struct mediation_case *about, gpointer data), gpointer data,
                      GError **error)
{
    case_row_auto row = {0};
    bool sees;
    if (!load_seen(tx, who, id, &row, &sees, error))
        return false;
    const struct mediation_case about = {.id = row.id,
                                         .code = row.code,
                                         .title = row.title,
                                         .area = row.area,
                                         .lon = row.lon,
                                         .lat = row.lat};
    if (sees)
        fn(&about, data);
    return true;
}

static bool case_file(struct store_tx *tx, gpointer who, const char *id, const char *attachment,
                      bool *sees, GError **error)
{
    case_row_auto row = {0};
    g_autoptr(GHashTable) shown = NULL;
    if (!load_seen(tx, who, id, &row, sees, error))
        return false;
    if (!*sees)
        return true;
    if (!cases_files_shown(tx, &row, who, &shown, error))
        return false;
    *sees = !shown || g_hash_table_contains(shown, attachment);
    return true;
}

static void danger(const struct mediation_danger *one, void (*done)(bool told, gpointer data),
                   gpointer data, gpointer user)
{
    const struct meet_mediation *meet = user;
    meet_danger_tell(meet->intake, one, done, data);
}

/* --- joint texts */

static bool act(struct store_tx *tx, struct mediation_act *one, bool *mine, gpointer user,
                GError **error)
{
    const struct meet_mediation *meet = user;
    return meet_accord_act(tx, one, mine, &meet->accord, error);
}

static bool views(struct store_tx *tx, const struct meeting *meeting, json_t **leaders,
                  json_t **others, gpointer user, GError **error)
{
    const struct meet_mediation *meet = user;
    return meet_accord_views(tx, meeting, leaders, others, &meet->accord, error);
}

struct mediation_hooks meet_mediation_hooks(struct meet_mediation *meet)
{
    return (struct mediation_hooks){.who = who_of,
                                    .who_free = who_free,
                                    .case_look = case_look,
                                    .case_file = case_file,
                                    .act = act,
                                    .views = views,
                                    .danger = danger,
                                    .user = meet};
}

/* --- the WebSocket of people with an account */

static bool take(struct net_client *client, json_t *message, gpointer user)
{
    return mediation_take(user, client, message);
}

static void closed(struct net_client *client, gpointer user)
{
    mediation_client_closed(user, client);
}

const struct wall_more meet_wall = {.take = take, .closed = closed};
