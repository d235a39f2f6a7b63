/* REST of the second factor. */
#include "identity/answer.h"
#include "identity/identity_face.h"
#include "identity/qr.h"
#include "identity/totp.h"
#include <sodium.h>
#include <string.h>

#define ISSUER "townwall"

/* What an authenticator app needs; only the answer to an enrolment has it. */
static json_t *enrolment_json(const char *login, const char *secret)
{
    char *uri = totp_uri(ISSUER, login, secret);
    json_t *enrolment =
        json_pack("{s:s,s:s,s:o*}", "secret", secret, "uri", uri, "qr", qr_rows(uri));
    sodium_memzero(uri, strlen(uri));
    g_free(uri);
    return enrolment;
}

static void on_factor(const struct problem *problem, const char *secret, gpointer user)
{
    struct answer *answer = user;
    struct net_request *request = answer->request;
    if (problem)
        reply_problem(request, problem);
    else if (secret)
        net_reply_json(request, 200, enrolment_json(net_request_session(request)->login, secret));
    else
        net_reply_json(request, 204, NULL);
    answer_free(answer);
}

typedef void (*factor_act)(struct identity *identity, const struct net_session *session,
                           const char *given, factor_fn fn, gpointer user);

static void act(struct net_request *request, struct identity *identity, const char *field,
                factor_act fn)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    fn(identity, net_request_session(request), json_string_value(json_object_get(body, field)),
       on_factor, answer_new(request, identity));
    json_decref(body);
}

static void post_enrol(struct net_request *request, gpointer user)
{
    act(request, user, "password", identity_factor_enrol);
}

static void post_confirm(struct net_request *request, gpointer user)
{
    act(request, user, "code", identity_factor_confirm);
}

static void post_off(struct net_request *request, gpointer user)
{
    act(request, user, "password", identity_factor_off);
}

static void post_reset(struct net_request *request, gpointer user)
{
    identity_factor_reset(user, identity_actor_new(net_request_session(request)),
                          net_request_param(request, "id"), on_factor, answer_new(request, user));
}

void identity_add_factor_routes(struct identity *identity, struct net *net)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/session/totp", NULL, post_enrol, 4096},
        {"POST", "/api/v1/session/totp/confirm", NULL, post_confirm, 4096},
        {"POST", "/api/v1/session/totp/off", NULL, post_off, 4096},
        {"POST", "/api/v1/users/:id/totp/off", "user.edit", post_reset, 0},
    };
    net_add_routes(net, routes, G_N_ELEMENTS(routes), identity);
}
