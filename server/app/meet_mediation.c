#include "app/meet_mediation.h"
#include "cases/case_who.h"
#include "common/log.h"
#include <math.h>

#define FEED "meetings"

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

/* --- danger */

struct told {
    const struct meet_mediation *meet;
    char *id;
    void (*done)(bool told, gpointer data);
    gpointer data;
};

static struct event *call_for_help(const char *id, const char *title)
{
    struct event *event = event_new();
    event->source = g_strdup(FEED);
    event->id = g_strdup(id);
    event->kind = EVENT_REPORT;
    event->dimension = g_strdup("public_security");
    event->type = g_strdup("help_button");
    event->priority = 1;
    event->title = g_strdup_printf("调解室求助：%s", title);
    return event;
}

/* Whatever is wrong with the words: that somebody calls for help is told all the same. */
static void submitted(enum intake_outcome outcome, const char *why, gpointer user)
{
    struct told *told = user;
    if (outcome == INTAKE_REFUSED && told->id) {
        log_warn("mediation", "danger was refused as an event: %s", why);
        event_auto event = call_for_help(told->id, "见调解日程");
        struct event *const events[] = {event};
        g_clear_pointer(&told->id, g_free);
        intake_submit(told->meet->intake, events, 1, submitted, told);
        return;
    }
    told->done(outcome != INTAKE_AWAY, told->data);
    g_free(told->id);
    g_free(told);
}

static char *text_or_null(const char *text)
{
    return text && *text ? g_strdup(text) : NULL;
}

static void danger(const struct mediation_danger *one, void (*done)(bool told, gpointer data),
                   gpointer data, gpointer user)
{
    const struct meet_mediation *meet = user;
    event_auto event = call_for_help(one->id, one->title);
    struct told *told = g_new(struct told, 1);
    *told = (struct told){meet, g_strdup(one->id), done, data};
    event->text = g_strdup_printf("%s 在会议“%s”中按下危险求助（房间 %s）。地点：%s", one->who,
                                  one->title, one->room, *one->place ? one->place : "未填写");
    event->area = text_or_null(one->area);
    event->address = text_or_null(one->place);
    event->lon = isfinite(one->lon) && isfinite(one->lat) ? one->lon : (double)NAN;
    event->lat = isfinite(one->lon) && isfinite(one->lat) ? one->lat : (double)NAN;
    event->occurred_us = one->time_us;
    event->extra = json_pack("{s:s}", "meeting", one->meeting);
    struct event *const events[] = {event};
    intake_submit(meet->intake, events, 1, submitted, told);
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
