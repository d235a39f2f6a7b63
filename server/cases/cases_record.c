/* GET /api/v1/cases/ID/record: the record of a case as a file that a stranger can check. */
#include "cases/case_log.h"
#include "cases/cases_private.h"
#include <string.h>

struct asked {
    struct net_request *request;
    struct case_who *who;
    const struct vault *vault;
    char *id, *text;
    gint64 now_us;
    struct case_row row;
};

static void asked_free(struct asked *asked)
{
    net_request_unref(asked->request);
    case_who_free(asked->who);
    case_row_clear(&asked->row);
    g_free(asked->id);
    g_free(asked->text);
    g_free(asked);
}

/* Its newest record is signed, so that the file is worth as much as the day it was asked for. */
static bool write_record(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    case_row_clear(&asked->row);
    g_clear_pointer(&asked->text, g_free);
    if (!case_row_load(tx, asked->id, &asked->row, error))
        return false;
    struct case_seen seen = case_seen_of(&asked->row);
    if (!case_who_sees(asked->who, &seen)) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such case");
        return false;
    }
    /* words of a complaint's record may name who made it */
    guint32 roles = case_who_roles(asked->who, &seen);
    if (asked->row.about && !case_may_know_reporter(asked->row.about, asked->who, roles)) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such case");
        return false;
    }
    const char *id = asked->row.id;
    if (!case_log_sign(tx, asked->vault, id, asked->now_us, error) ||
        !identity_audit(tx, asked->who->actor, "case.record", id, NULL, asked->now_us, error))
        return false;
    asked->text = case_log_export(tx, asked->vault, id, error);
    return asked->text;
}

static void written(gpointer job, const GError *error)
{
    struct asked *asked = job;
    if (error) {
        cases_reply_error(asked->request, error);
    } else {
        g_autofree char *disposition =
            g_strdup_printf("attachment; filename=\"%s.record.txt\"", asked->row.code);
        g_autoptr(GBytes) body = g_bytes_new(asked->text, strlen(asked->text));
        net_request_set_header(asked->request, "Content-Disposition", disposition);
        net_reply_bytes(asked->request, 200, "text/plain; charset=utf-8", body);
    }
    asked_free(asked);
}

static void get_record(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    const struct vault *vault = identity_vault(cases->options.identity);
    if (!vault) {
        net_reply_error(request, 503, "no_key", "没有主密钥，无法签名",
                        "there is no master key to sign with");
        return;
    }
    struct asked *asked = g_new0(struct asked, 1);
    asked->request = net_request_ref(request);
    asked->who = case_who_new(cases->options.identity, net_request_session(request));
    asked->vault = vault;
    asked->id = g_strdup(net_request_param(request, "id"));
    asked->now_us = cases_now(cases);
    store_write(cases->options.store, write_record, asked, written);
}

void cases_record_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/cases/:id/record", "case.own", get_record, 0},
    };
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
