/* server/rtc alone, for tests: what rooms of meetings would ask of it comes as JSON on standard
 * input, one a line; what it tells goes out the same way.
 *
 *   rtc-desk CONFIG.json          {"do":"join","meeting","seat","room","may":{…}}
 * {"do":"message","seat","message":{…}} … rtc-desk CONFIG.json --write  writes the files of its
 * Janus
 */
#include "common/config.h"
#include "common/log.h"
#include "rtc/janus_files.h"
#include "rtc/rtc.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct desk {
    struct loop *loop;
    struct rtc *rtc;
    GIOChannel *input;
};

static void say(json_t *line)
{
    char *text = json_dumps(line, JSON_COMPACT);
    puts(text);
    fflush(stdout);
    free(text);
    json_decref(line);
}

static void on_state(bool ready, const char *why, gpointer user)
{
    (void)user;
    say(json_pack("{s:s,s:b,s:s}", "tell", "state", "ready", ready, "why", why));
}

static void on_send(const char *seat, json_t *message, gpointer user)
{
    (void)user;
    say(json_pack("{s:s,s:s,s:o}", "tell", "send", "seat", seat, "message", message));
}

static void on_media(const char *seat, bool up, gpointer user)
{
    (void)user;
    say(json_pack("{s:s,s:s,s:b}", "tell", "media", "seat", seat, "up", up));
}

static void on_recording(const char *meeting, const char *room, enum rtc_recording state,
                         const char *error, gpointer user)
{
    static const char *const names[] = {"off", "on", "failed"};
    (void)user;
    say(json_pack("{s:s,s:s,s:s,s:s,s:s?}", "tell", "recording", "meeting", meeting, "room", room,
                  "state", names[state], "error", error));
}

static void on_recorded(const char *file, const json_t *about, gpointer user)
{
    (void)user;
    say(json_pack("{s:s,s:s,s:O}", "tell", "recorded", "file", file, "about", about));
}

static const struct rtc_ops ops = {on_state, on_send, on_media, on_recording, on_recorded};

static void message(struct desk *desk, const char *seat, const json_t *line)
{
    const char *zh, *en;
    const char *code = rtc_message(desk->rtc, seat, json_object_get(line, "message"), &zh, &en);
    if (code)
        say(json_pack("{s:s,s:s,s:s,s:s}", "tell", "refused", "seat", seat, "code", code, "en",
                      en));
}

static void stats(struct desk *desk)
{
    struct rtc_stats now;
    rtc_stats(desk->rtc, &now);
    say(json_pack("{s:s,s:i,s:i,s:i,s:i,s:i}", "tell", "stats", "rooms", (int)now.rooms, "seats",
                  (int)now.seats, "sending", (int)now.sending, "receiving", (int)now.receiving,
                  "recording", (int)now.recording));
}

static void run(struct desk *desk, const json_t *line)
{
    const char *what = json_string_value(json_object_get(line, "do"));
    const char *meeting = json_string_value(json_object_get(line, "meeting"));
    const char *seat = json_string_value(json_object_get(line, "seat"));
    const char *room = json_string_value(json_object_get(line, "room"));
    const json_t *rights = json_object_get(line, "may");
    const struct rtc_may may = {json_is_true(json_object_get(rights, "talk")),
                                json_is_true(json_object_get(rights, "camera")),
                                json_is_true(json_object_get(rights, "screen"))};
    if (!strcmp(what, "join"))
        rtc_join(desk->rtc, meeting, seat, room, &may);
    else if (!strcmp(what, "move"))
        rtc_move(desk->rtc, seat, room, &may);
    else if (!strcmp(what, "allow"))
        rtc_allow(desk->rtc, seat, &may);
    else if (!strcmp(what, "leave"))
        rtc_leave(desk->rtc, seat);
    else if (!strcmp(what, "close"))
        rtc_close(desk->rtc, meeting);
    else if (!strcmp(what, "record"))
        rtc_record(desk->rtc, meeting, room, json_is_true(json_object_get(line, "on")));
    else if (!strcmp(what, "message"))
        message(desk, seat, line);
    else if (!strcmp(what, "stats"))
        stats(desk);
}

static gboolean on_input(GIOChannel *input, GIOCondition condition, gpointer user)
{
    struct desk *desk = user;
    g_autofree char *text = NULL;
    (void)condition;
    if (g_io_channel_read_line(input, &text, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
        loop_quit(desk->loop);
        return G_SOURCE_REMOVE;
    }
    json_t *line = json_loads(text, 0, NULL);
    if (line)
        run(desk, line);
    json_decref(line);
    /* what was read ahead is not seen by poll */
    while (g_io_channel_get_buffer_condition(input) & G_IO_IN) {
        g_autofree char *more = NULL;
        if (g_io_channel_read_line(input, &more, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
            break;
        line = json_loads(more, 0, NULL);
        if (line)
            run(desk, line);
        json_decref(line);
    }
    return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    log_init("rtc-desk", LOG_LEVEL_INFO);
    json_t *config = config_load(argv[1], NULL, &error);
    if (config && argc > 2)
        return janus_files_write(config, &error) ? 0 : 1;
    struct desk desk = {.loop = loop_create(NULL)};
    loop_catch_signals(desk.loop);
    const struct rtc_options options = {
        .loop = desk.loop, .config = config, .program = g_getenv("TW_TAPE"), .ops = &ops};
    desk.rtc = config ? rtc_create(&options, &error) : NULL;
    if (!desk.rtc) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    desk.input = g_io_channel_unix_new(STDIN_FILENO);
    g_io_channel_set_flags(desk.input, G_IO_FLAG_NONBLOCK, NULL);
    g_io_add_watch(desk.input, G_IO_IN | G_IO_HUP, on_input, &desk);
    loop_run(desk.loop);
    rtc_destroy(desk.rtc);
    loop_destroy(desk.loop);
    g_io_channel_unref(desk.input);
    json_decref(config);
    return 0;
}
