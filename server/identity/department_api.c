/* REST of departments. */
#include "identity/answer.h"
#include "identity/identity_face.h"

static void get_departments(struct net_request *request, gpointer user)
{
    json_t *list = json_array();
    g_autoptr(GPtrArray) departments = department_list(user);
    for (guint i = 0; i < departments->len; i++)
        json_array_append_new(list, department_json(departments->pdata[i]));
    net_reply_json(request, 200, json_pack("{s:o}", "departments", list));
}

static void on_department(const struct problem *problem, const struct department *department,
                          gpointer user)
{
    struct answer *answer = user;
    bool added = g_strcmp0(net_request_method(answer->request), "POST") == 0;
    if (problem)
        reply_problem(answer->request, problem);
    else
        net_reply_json(answer->request, added ? 201 : 200, department_json(department));
    answer_free(answer);
}

static void post_department(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    identity_department_add(user, identity_actor_new(net_request_session(request)), body,
                            on_department, answer_new(request, user));
    json_decref(body);
}

static void put_department(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    identity_department_change(user, identity_actor_new(net_request_session(request)),
                               net_request_param(request, "id"), body, on_department,
                               answer_new(request, user));
    json_decref(body);
}

void identity_add_department_routes(struct identity *identity, struct net *net)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/departments", NULL, get_departments, 0},
        {"POST", "/api/v1/departments", "user.edit", post_department, 0},
        {"PUT", "/api/v1/departments/:id", "user.edit", put_department, 0},
    };
    net_add_routes(net, routes, G_N_ELEMENTS(routes), identity);
}
