/* The PDF of the newest draft with the signatures that count. */
#include "accord/desk_private.h"
#include "identity/qr.h"
#include <string.h>

static char *label_of(const struct accord_seat *seat, const struct accord_person *person)
{
    g_autofree char *side = g_ascii_strup(seat->side, -1);
    return seat->sides ? g_strdup_printf("%s 方  %s", side, person->name)
                       : g_strdup_printf("调解员  %s", person->name);
}

static void add_signatures(struct paper *paper, const struct accord_texts *texts,
                           const struct accord_meeting *meeting)
{
    for (guint i = 0; i < meeting->seat_count; i++) {
        const struct accord_seat *seat = &meeting->seats[i];
        for (guint p = 0; accord_signs(seat) && p < seat->people_count; p++) {
            const struct accord_signature *one = accord_signed(texts, seat->id, seat->people[p].n);
            g_autofree char *label = label_of(seat, &seat->people[p]);
            g_autofree char *note = g_strdup("未签");
            if (one) {
                g_autoptr(GDateTime) when =
                    g_date_time_new_from_unix_local(one->time_us / G_USEC_PER_SEC);
                g_autofree char *time = g_date_time_format(when, "%Y-%m-%d %H:%M:%S");
                g_free(note);
                note = g_strdup_printf("签名：%s  %s", one->name, time);
            }
            paper_add_drawing(paper, label, note,
                              one ? json_loads(one->strokes, 0, NULL) : json_array());
        }
    }
}

struct paper *desk_paper_of(const struct accord_desk *desk, const struct accord_texts *texts,
                            const struct accord_meeting *meeting)
{
    const struct accord_draft *draft = texts->draft;
    const char *rest = strchr(draft->text, '\n');
    g_autofree char *link = g_strconcat(desk->options.url ? desk->options.url : "",
                                        "/meet?verify=", draft->sha256, NULL);
    struct paper *paper = paper_new();
    paper->unit = g_strdup("人民调解");
    paper->title =
        rest ? g_strndup(draft->text, (gsize)(rest - draft->text)) : g_strdup(draft->title);
    paper->body = g_strdup(rest ? rest + 1 : "");
    paper->mark = g_strdup(texts->force ? NULL : "未生效");
    paper->foot = g_strdup_printf("SHA-256 %s", draft->sha256);
    paper->qr = qr_rows(link);
    paper->plain = strcmp(draft->how, "paper") != 0;
    add_signatures(paper, texts, meeting);
    return paper;
}

static bool gather(struct store_tx *tx, const struct accord_meeting *meeting,
                   const struct accord_seat *seat, gpointer data, GError **error)
{
    struct desk_ask *ask = data;
    const struct accord_desk *desk = ask->desk;
    const struct accord_desk_hooks *hooks = &desk->options.hooks;
    if (!seat->sees)
        return desk_refuse(ask, &DESK_NOT_FOUND, error);
    struct accord_texts *texts =
        accord_load(tx, identity_vault(desk->options.identity), meeting->id, error);
    if (!texts)
        return false;
    const struct accord_draft *draft = texts->draft;
    bool fine = draft && (draft->offered || texts->force || seat->leads);
    if (!fine) {
        desk_refuse(ask, &DESK_NOT_FOUND, error);
    } else {
        ask->paper = desk_paper_of(desk, texts, meeting);
        json_t *details =
            json_pack("{s:I,s:s}", "draft", (json_int_t)draft->n, "sha256", draft->sha256);
        fine = hooks->note(tx, meeting->id, seat->id, ask->actor, "print", details, ask->now_us,
                           hooks->user, error);
        json_decref(details);
    }
    accord_texts_free(texts);
    return fine;
}

static bool run(struct store_tx *tx, gpointer data, GError **error)
{
    struct desk_ask *ask = data;
    const struct accord_desk_hooks *hooks = &ask->desk->options.hooks;
    return hooks->look(tx, ask->meeting, ask->who, gather, ask, hooks->user, error);
}

static void printed(GBytes *pdf, const GError *error, gpointer user)
{
    struct desk_ask *ask = user;
    if (error) {
        bool busy = g_error_matches(error, PAPER_ERROR, PAPER_ERROR_BUSY);
        net_reply_error(ask->request, busy ? 503 : 500, busy ? "busy" : "paper",
                        busy ? "打印任务过多，请稍后再试" : "文书无法生成", error->message);
    } else {
        net_request_set_header(ask->request, "Content-Disposition",
                               "inline; filename=\"agreement.pdf\"");
        net_reply_bytes(ask->request, 200, "application/pdf", pdf);
    }
    desk_ask_free(ask);
}

static void gathered(gpointer data, const GError *error)
{
    struct desk_ask *ask = data;
    if (!error) {
        paper_press_print(ask->desk->press, g_steal_pointer(&ask->paper), printed, desk_ask_free,
                          ask);
        return;
    }
    desk_reply_error(ask, error);
    desk_ask_free(ask);
}

static void get_pdf(struct net_request *request, gpointer user)
{
    struct accord_desk *desk = user;
    struct desk_ask *ask = desk_ask_new(desk, request, NULL);
    ask->meeting = g_strdup(net_request_param(request, "meeting"));
    store_write(desk->options.store, run, ask, gathered);
}

static void get_guest_pdf(struct net_request *request, gpointer user)
{
    struct accord_desk *desk = user;
    struct desk_ask *ask = desk_ask_new(desk, request, NULL);
    identity_actor_free(ask->actor);
    ask->actor = identity_actor_new(NULL);
    ask->actor->login = g_strdup("guest");
    g_free((char *)ask->actor->address);
    ask->actor->address = g_strdup(net_request_address(request));
    store_write(desk->options.store, run, ask, gathered);
}

void desk_paper_routes(struct accord_desk *desk)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/agreements/:meeting/pdf", "meeting.join", get_pdf, 0},
        {"GET", "/api/v1/meet/agreement.pdf", NET_GUEST, get_guest_pdf, 0},
    };
    net_add_routes(desk->options.net, routes, G_N_ELEMENTS(routes), desk);
}
