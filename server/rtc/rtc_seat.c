/* Seats: where the rooms of meetings want them, and what their browsers say. */
#include "rtc/rtc_private.h"
#include <string.h>

static struct seat *find(const struct rtc *rtc, const char *id)
{
    return g_hash_table_lookup(rtc->seats, id);
}

static void go(struct seat *seat, const char *room, const struct rtc_may *may)
{
    seat->may = *may;
    if (g_strcmp0(seat->room, room) == 0 && seat->stay) {
        send_allow(seat->stay);
        return;
    }
    g_free(seat->room);
    seat->room = g_strdup(room);
    if (seat->stay)
        stay_end(seat->stay, "moved");
    stay_begin(seat);
}

void rtc_join(struct rtc *rtc, const char *meeting, const char *id, const char *room,
              const struct rtc_may *may)
{
    if (!rtc->janus || !janus_ready(rtc->janus))
        return;
    struct seat *seat = find(rtc, id);
    if (!seat) {
        seat = g_new0(struct seat, 1);
        *seat = (struct seat){.rtc = rtc,
                              .id = g_strdup(id),
                              .meeting = g_strdup(meeting),
                              .level = {.now = LEVEL_FIRST}};
        g_hash_table_insert(rtc->seats, seat->id, seat);
    }
    go(seat, room, may);
}

void rtc_move(struct rtc *rtc, const char *id, const char *room, const struct rtc_may *may)
{
    struct seat *seat = find(rtc, id);
    if (seat)
        go(seat, room, may);
}

void rtc_leave(struct rtc *rtc, const char *id)
{
    struct seat *seat = find(rtc, id);
    if (!seat)
        return;
    g_clear_pointer(&seat->room, g_free);
    if (seat->stay)
        stay_end(seat->stay, "left"); /* the seat goes with it */
    else if (!seat->ending)
        g_hash_table_remove(rtc->seats, id);
}

void rtc_allow(struct rtc *rtc, const char *id, const struct rtc_may *may)
{
    struct seat *seat = find(rtc, id);
    if (!seat)
        return;
    seat->may = *may;
    if (seat->stay)
        send_allow(seat->stay);
}

void rtc_close(struct rtc *rtc, const char *meeting)
{
    record_close(rtc, meeting);
    g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rtc->seats);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct seat *seat = value;
        if (!strcmp(seat->meeting, meeting))
            g_ptr_array_add(gone, g_strdup(seat->id));
    }
    for (guint i = 0; i < gone->len; i++)
        rtc_leave(rtc, gone->pdata[i]);
}

/* --- messages */

/* The browser has nothing of this stay any more, or never had. */
static void begin_anew(struct seat *seat)
{
    if (seat->stay) { /* perhaps on another line */
        seat->stay->level.now = MIN(seat->stay->level.now, LEVEL_FIRST);
        stay_end(seat->stay, "anew");
    }
    stay_begin(seat);
}

static void hello(struct seat *seat, const struct signal *signal)
{
    struct stay *stay = seat->stay;
    if (stay && stay->gen == signal->gen) {
        layers_resumed(stay);
        recv_again(stay);
    } else if (stay && !stay->send_used && !stay->recv) {
        stay_greet(stay); /* as good as a new one */
    } else {
        begin_anew(seat);
    }
}

static void trickle(struct stay *stay, const struct signal *signal)
{
    struct janus_handle *handle = signal->recv ? stay->recv : stay->send;
    if (handle)
        janus_trickle(handle, signal->candidate ? json_deep_copy(signal->candidate) : NULL);
}

static const char *refuse(const char *code, const char *chinese, const char *english,
                          const char **zh, const char **en)
{
    *zh = chinese;
    *en = english;
    return code;
}

static const char *in_stay(struct stay *stay, const struct signal *signal, const json_t *message)
{
    switch (signal->op) {
    case SIGNAL_PUBLISH:
        return send_publish(stay, signal, message);
    case SIGNAL_ANSWER:
        recv_answer(stay, signal);
        break;
    case SIGNAL_TRICKLE:
        trickle(stay, signal);
        break;
    case SIGNAL_LAYERS:
        layers_wish(stay, signal);
        break;
    case SIGNAL_RESTART:
        recv_restart(stay);
        break;
    case SIGNAL_LINE:
        layers_delay(stay, signal->delay_ms);
        break;
    case SIGNAL_HELLO:
        break;
    }
    return NULL;
}

const char *rtc_message(struct rtc *rtc, const char *id, const json_t *message, const char **zh,
                        const char **en)
{
    struct signal signal;
    struct seat *seat = find(rtc, id);
    if (!signal_read(message, &signal))
        return refuse("bad_message", "消息不合规定", "not a message of this contract", zh, en);
    if (!rtc->janus || !janus_ready(rtc->janus))
        return refuse("no_media", "音视频服务暂时不可用", "sound and pictures are away", zh, en);
    if (!seat || !seat->room)
        return refuse("no_room", "不在任何房间", "in no room", zh, en);
    if (signal.op == SIGNAL_HELLO) {
        hello(seat, &signal);
        return NULL;
    }
    if (!seat->stay || seat->stay->gen != signal.gen)
        return NULL; /* of the past */
    if (in_stay(seat->stay, &signal, message))
        return refuse("no_right", "没有发送权限", "this may not be sent", zh, en);
    return NULL;
}
