/* Films of a meeting: listed with their time lines, looked at; each look is on record. */
#include "common/log.h"
#include "files/attachments.h"
#include "mediation/host.h"
#include <string.h>

static const struct problem NO_FILM = {404, "not_found", NULL, "没有这段录像",
                                       "there is no such recording"};
static const struct problem GONE = {410, "erased", NULL, "录像已按保存期限销毁",
                                    "the recording was destroyed after its time"};
static const struct problem WHY = {400, "reason_needed", "reason", "请写明查看原因（1 至 200 字）",
                                   "say why you look at it (1 to 200 characters)"};
static const struct problem BUSY = {503, "busy", NULL, "正在读取的文件过多，请稍后再试",
                                    "too many files are being read, try again soon"};
static const struct problem MISSING = {500, "missing", NULL, "文件读不出来，已记入日志",
                                       "the file cannot be read; it is in the log"};

struct look {
    struct ask *ask;
    struct attachment file;
    char *id, *reason;
};

static void look_free(struct look *look)
{
    attachment_clear(&look->file);
    g_free(look->id);
    g_free(look->reason);
    ask_free(look->ask);
    g_free(look);
}

/* The meeting, where who asks leads it. */
static bool load(struct store_tx *tx, struct ask *ask, GError **error)
{
    ask->meeting = meeting_load(tx, &ask->mediation->reader, ask_text(ask->body, "id"), error);
    if (!ask->meeting)
        return false;
    const struct seat *seat = meeting_seat_of_user(ask->meeting, ask->user);
    return (seat && seat_leads(seat)) || ask_refuse(ask, &NO_FILM, error);
}

static struct attachment_owner owner_of(const struct meeting *meeting)
{
    return (struct attachment_owner){meeting->case_id ? "case" : "meeting",
                                     meeting->case_id ? meeting->case_id : meeting->id};
}

/* Films as their events have them; `only` one of them; NULL: all. Owned by the caller. */
static json_t *read_films(struct store_tx *tx, const struct ask *ask, const char *only,
                          GError **error)
{
    GError *bad = NULL;
    json_t *list = json_array();
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT time_us, details FROM meeting_event WHERE meeting ="
                                       " ? AND action = 'recorded' ORDER BY seq",
                                       "s", ask->meeting->id);
    while (rows && store_rows_next(rows, &bad)) {
        json_t *film = json_loads(store_text(rows, 1), 0, NULL);
        const char *id = json_string_value(json_object_get(film, "attachment"));
        if (id && (!only || strcmp(id, only) == 0)) {
            json_object_set_new(film, "id", json_string(id));
            json_object_del(film, "attachment");
            json_object_set_new(film, "time_us", meeting_time(store_int(rows, 0)));
            json_array_append(list, film);
        }
        json_decref(film);
    }
    if (rows && !bad)
        return list;
    if (bad)
        g_propagate_error(error, bad);
    json_decref(list);
    return NULL;
}

static bool read_list(struct store_tx *tx, gpointer data, GError **error)
{
    struct ask *ask = data;
    const struct vault *vault = identity_vault(ask->mediation->options.identity);
    json_t *film;
    size_t i;
    if (!load(tx, ask, error) || !(ask->result = read_films(tx, ask, NULL, error)))
        return false;
    const struct attachment_owner owner = owner_of(ask->meeting);
    json_array_foreach(ask->result, i, film)
    {
        struct attachment file = {0};
        const char *id = json_string_value(json_object_get(film, "id"));
        if (!attachment_load(tx, vault, id, &owner, &file, error))
            return false;
        json_object_set_new(film, "erased", json_boolean(file.erased_us || file.withdrawn_us));
        attachment_clear(&file);
    }
    return true;
}

static void listed(gpointer ask, const GError *error)
{
    ask_listed(ask, "recordings", error);
}

static void get_list(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    json_t *body = json_pack("{s:s}", "id", net_request_param(request, "id"));
    store_read(mediation->options.store, read_list, ask_new(mediation, request, body), listed);
}

/* --- one of them */

enum { REASON_CHARS = 200 };

static bool reason_good(const char *reason)
{
    if (!*reason || g_utf8_strlen(reason, -1) > REASON_CHARS)
        return false;
    for (const char *at = reason; *at; at++)
        if (g_ascii_iscntrl(*at))
            return false;
    return true;
}

static bool note_look(struct store_tx *tx, gpointer data, GError **error)
{
    struct look *look = data;
    struct ask *ask = look->ask;
    const struct vault *vault = identity_vault(ask->mediation->options.identity);
    if (!load(tx, ask, error) || !(ask->result = read_films(tx, ask, look->id, error)))
        return false;
    if (json_array_size(ask->result) == 0)
        return ask_refuse(ask, &NO_FILM, error);
    const struct attachment_owner owner = owner_of(ask->meeting);
    if (!attachment_load(tx, vault, look->id, &owner, &look->file, error))
        return false;
    if (look->file.erased_us || look->file.withdrawn_us)
        return ask_refuse(ask, &GONE, error);
    if (!reason_good(look->reason))
        return ask_refuse(ask, &WHY, error);
    json_t *details = json_pack("{s:s,s:s}", "attachment", look->id, "reason", look->reason);
    gint64 seq;
    bool fine = meeting_next(tx, ask->meeting, &seq, error) &&
                meeting_note(tx, ask->meeting, meeting_seat_of_user(ask->meeting, ask->user),
                             ask->actor, seq, "watch", details, ask->now_us, error);
    json_decref(details);
    return fine;
}

static void opened(GBytes *content, const GError *error, gpointer data)
{
    struct look *look = data;
    struct net_request *request = look->ask->request;
    if (content) {
        g_autofree char *disposition = file_name_disposition(look->file.name, look->file.kind);
        net_request_set_header(request, "Content-Disposition", disposition);
        net_request_set_header(request, "Content-Security-Policy", "sandbox");
        net_reply_bytes(request, 200, file_kind_info(look->file.kind)->media, content);
    } else {
        log_error("mediation", "recording %s: %s", look->id, error->message);
        mediation_reply(request, &MISSING);
    }
    look_free(look);
}

static void noted(gpointer data, const GError *error)
{
    struct look *look = data;
    struct mediation *mediation = look->ask->mediation;
    if (look->ask->problem)
        mediation_reply(look->ask->request, look->ask->problem);
    else if (error)
        mediation_reply_error(look->ask->request, error);
    else if (attachments_read(mediation->options.attachments, look->id, false, look->file.key,
                              look->file.bytes, opened, look))
        return;
    else
        mediation_reply(look->ask->request, &BUSY);
    look_free(look);
}

static void get_film(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    struct look *look = g_new0(struct look, 1);
    look->ask =
        ask_new(mediation, request, json_pack("{s:s}", "id", net_request_param(request, "id")));
    look->id = g_strdup(net_request_param(request, "recording"));
    const char *reason = net_request_query(request, "reason");
    look->reason = g_strstrip(g_strdup(reason ? reason : ""));
    store_write(mediation->options.store, note_look, look, noted);
}

void mediation_recording_routes(struct mediation *mediation)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/meetings/:id/recordings", "meeting.join", get_list, 0},
        {"GET", "/api/v1/meetings/:id/recordings/:recording", "meeting.join", get_film, 0},
    };
    net_add_routes(mediation->options.net, routes, G_N_ELEMENTS(routes), mediation);
}
