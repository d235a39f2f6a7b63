#include "app/meet_danger.h"
#include "common/log.h"
#include <math.h>
#include <string.h>

#define FEED "meetings"

struct told {
    struct intake *intake;
    char *id; /* NULL: it went without its words already */
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
    if (outcome == INTAKE_REFUSED)
        log_warn("mediation", "danger was refused as an event: %s", why);
    if (outcome == INTAKE_REFUSED && told->id) {
        event_auto event = call_for_help(told->id, "见调解日程");
        struct event *const events[] = {event};
        g_clear_pointer(&told->id, g_free);
        intake_submit(told->intake, events, 1, submitted, told);
        return;
    }
    told->done(outcome == INTAKE_ACCEPTED, told->data);
    g_free(told->id);
    g_free(told);
}

static char *text_or_null(const char *text)
{
    return text && *text ? g_strdup(text) : NULL;
}

/* Owned by the caller. */
static char *room_words(const char *room)
{
    if (g_str_has_prefix(room, "side:")) {
        g_autofree char *side = g_ascii_strup(room + strlen("side:"), -1);
        return g_strdup_printf("%s 方单独室", side);
    }
    return g_strdup(strcmp(room, "joint") == 0   ? "联合室"
                    : strcmp(room, "lobby") == 0 ? "等候室"
                                                 : "核对身份");
}

void meet_danger_tell(struct intake *intake, const struct mediation_danger *one,
                      void (*done)(bool told, gpointer data), gpointer data)
{
    event_auto event = call_for_help(one->id, one->title);
    g_autofree char *room = room_words(one->room);
    struct told *told = g_new(struct told, 1);
    *told = (struct told){intake, g_strdup(one->id), done, data};
    event->text = g_strdup_printf("%s 在会议“%s”中按下危险求助（%s）。地点：%s", one->who,
                                  one->title, room, *one->place ? one->place : "未填写");
    event->area = text_or_null(one->area);
    event->address = text_or_null(one->place);
    event->lon = isfinite(one->lon) && isfinite(one->lat) ? one->lon : (double)NAN;
    event->lat = isfinite(one->lon) && isfinite(one->lat) ? one->lat : (double)NAN;
    event->occurred_us = one->time_us;
    event->extra = json_pack("{s:s}", "meeting", one->meeting);
    struct event *const events[] = {event};
    intake_submit(intake, events, 1, submitted, told);
}
