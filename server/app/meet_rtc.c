#include "app/meet_rtc.h"
#include "common/config.h"

struct meet_rtc {
    struct rtc *rtc;
    struct mediation *mediation;
    struct metric *up, *rooms, *seats, *recording;
};

/* --- what the rooms ask */

static struct rtc_may may_of(const struct mediation_may *may)
{
    return (struct rtc_may){.talk = may->talk, .camera = may->camera, .screen = may->screen};
}

static void join(const char *meeting, const char *seat, const char *room,
                 const struct mediation_may *may, gpointer media)
{
    const struct meet_rtc *meet = media;
    struct rtc_may now = may_of(may);
    rtc_join(meet->rtc, meeting, seat, room, &now);
}

static void move(const char *seat, const char *room, const struct mediation_may *may,
                 gpointer media)
{
    const struct meet_rtc *meet = media;
    struct rtc_may now = may_of(may);
    rtc_move(meet->rtc, seat, room, &now);
}

static void leave(const char *seat, gpointer media)
{
    const struct meet_rtc *meet = media;
    rtc_leave(meet->rtc, seat);
}

static void allow(const char *seat, const struct mediation_may *may, gpointer media)
{
    const struct meet_rtc *meet = media;
    struct rtc_may now = may_of(may);
    rtc_allow(meet->rtc, seat, &now);
}

/* Its peer connections outlive its WebSocket; a page that begins anew says so ("hello"). */
static void link_changed(const char *seat, bool up, gpointer media)
{
    (void)seat, (void)up, (void)media;
}

static const char *message(const char *seat, const json_t *text, const char **zh, const char **en,
                           gpointer media)
{
    const struct meet_rtc *meet = media;
    return rtc_message(meet->rtc, seat, text, zh, en);
}

static void record(const char *meeting, const char *room, bool on, gpointer media)
{
    const struct meet_rtc *meet = media;
    rtc_record(meet->rtc, meeting, room, on);
}

static void close_meeting(const char *meeting, gpointer media)
{
    const struct meet_rtc *meet = media;
    rtc_close(meet->rtc, meeting);
}

static const struct mediation_media_ops media_ops = {.join = join,
                                                     .move = move,
                                                     .leave = leave,
                                                     .allow = allow,
                                                     .link = link_changed,
                                                     .message = message,
                                                     .record = record,
                                                     .close = close_meeting};

/* --- what the media tell */

static void on_state(bool ready, const char *why, gpointer user)
{
    const struct meet_rtc *meet = user;
    (void)why;
    mediation_media_ready(meet->mediation, ready);
}

static void on_send(const char *seat, json_t *text, gpointer user)
{
    const struct meet_rtc *meet = user;
    mediation_media_send(meet->mediation, seat, text);
}

static void on_media(const char *seat, bool up, gpointer user)
{
    const struct meet_rtc *meet = user;
    mediation_media_up(meet->mediation, seat, up);
}

static void on_recording(const char *meeting, const char *room, enum rtc_recording state,
                         const char *error, gpointer user)
{
    static const enum mediation_recording states[] = {[RTC_RECORDING_OFF] = MEDIATION_RECORDING_OFF,
                                                      [RTC_RECORDING_ON] = MEDIATION_RECORDING_ON,
                                                      [RTC_RECORDING_FAILED] =
                                                          MEDIATION_RECORDING_FAILED};
    const struct meet_rtc *meet = user;
    (void)room;
    mediation_media_recording(meet->mediation, meeting, states[state], error);
}

static void on_kept(const char *path, bool kept)
{
    if (kept)
        rtc_taken(path);
}

static void on_recorded(const char *file, const json_t *about, gpointer user)
{
    const struct meet_rtc *meet = user;
    mediation_media_recorded(meet->mediation, file, about, on_kept);
}

static const struct rtc_ops rtc_ops = {.state = on_state,
                                       .send = on_send,
                                       .media = on_media,
                                       .recording = on_recording,
                                       .recorded = on_recorded};

/* --- numbers */

static void collect(gpointer user)
{
    const struct meet_rtc *meet = user;
    struct rtc_stats stats;
    rtc_stats(meet->rtc, &stats);
    metric_set(meet->up, stats.ready);
    metric_set(meet->rooms, stats.rooms);
    metric_set(meet->seats, stats.seats);
    metric_set(meet->recording, stats.recording);
}

static void add_metrics(struct meet_rtc *meet, struct metrics *metrics)
{
    meet->up = metrics_gauge(metrics, "townwall_janus_up", "1 while Janus answers.", NULL);
    meet->rooms =
        metrics_gauge(metrics, "townwall_rtc_rooms", "Rooms with sound and pictures.", NULL);
    meet->seats = metrics_gauge(metrics, "townwall_rtc_seats", "Seats in these rooms.", NULL);
    meet->recording =
        metrics_gauge(metrics, "townwall_rtc_recordings", "Rooms that are recorded.", NULL);
    metrics_on_collect(metrics, collect, meet);
}

static char *beside_us(const char *name)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = g_path_get_dirname(self ? self : "");
    return g_build_filename(dir, name, NULL);
}

struct meet_rtc *meet_rtc_create(struct loop *loop, const json_t *config, struct net *net,
                                 struct mediation *mediation, GError **error)
{
    struct meet_rtc *meet = g_new0(struct meet_rtc, 1);
    meet->mediation = mediation;
    g_autofree char *program = beside_us("townwall-tape");
    guint64 most = (guint64)config_int(config, "attachments.video_mib") * 1024 * 1024;
    const struct rtc_options options = {.loop = loop,
                                        .config = config,
                                        .program = program,
                                        .most_bytes = most,
                                        .ops = &rtc_ops,
                                        .user = meet};
    meet->rtc = rtc_create(&options, error);
    if (!meet->rtc)
        goto fail;
    add_metrics(meet, net_metrics(net));
    mediation_set_media(mediation, &media_ops, meet);
    return meet;
fail:
    meet_rtc_destroy(meet);
    return NULL;
}

void meet_rtc_destroy(struct meet_rtc *meet)
{
    if (!meet)
        return;
    mediation_set_media(meet->mediation, NULL, NULL);
    rtc_destroy(meet->rtc);
    g_free(meet);
}
