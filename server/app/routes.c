#include "app/routes.h"

static void add_route(const char *method, const char *pattern, const char *right, gpointer user)
{
    json_array_append_new(user, json_pack("{s:s,s:s,s:s}", "method", method, "path", pattern,
                                          "right", right ? right : right_name(RIGHT_SESSION)));
}

static void add_topic(const char *name, enum right right, gpointer user)
{
    json_array_append_new(user, json_pack("{s:s,s:s}", "topic", name, "right", right_name(right)));
}

/* {"routes":[{"method","path","right"}],"topics":[{"topic","right"}]}; right "-": anybody. */
static void routes_list(struct control_call *call, const json_t *args, gpointer user)
{
    const struct routes *routes = user;
    json_t *list = json_array(), *topics = json_array();
    (void)args;
    net_each_route(routes->net, add_route, list);
    wall_each_topic(routes->wall, add_topic, topics);
    control_reply(call, json_pack("{s:o,s:o}", "routes", list, "topics", topics));
}

void routes_add_commands(struct routes *routes, struct control *control)
{
    control_register(control, "routes.list", routes_list, routes);
}
