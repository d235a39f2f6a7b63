/* People from the command line: how the first ones come into being. */
#include "identity/identity_face.h"
#include "identity/internal.h"
#include <string.h>

struct identity_actor *identity_local_actor(const struct control_call *call)
{
    struct identity_actor *actor = g_new0(struct identity_actor, 1);
    actor->login = g_strdup_printf("wallctl uid %u", control_uid(call));
    actor->address = g_strdup("local");
    return actor;
}

static void on_user(const struct problem *problem, const struct person *person, gpointer user)
{
    struct control_call *call = user;
    if (problem)
        control_reply_error(call, problem->code, problem->en);
    else
        control_reply(call, person_json(person));
}

/* {"login","password","role","area"?,"name"?,"unit"?}: one grant is what a first user needs. */
static json_t *fields_of(const json_t *args)
{
    json_t *fields = json_copy((json_t *)args);
    json_t *role = json_object_get(args, "role"), *area = json_object_get(args, "area");
    if (role)
        json_object_set_new(fields, "grants",
                            json_pack("[{s:O,s:O*}]", "role", role, "area", area));
    if (!json_object_get(args, "name"))
        json_object_set(fields, "name", json_object_get(args, "login"));
    return fields;
}

static void users_add(struct control_call *call, const json_t *args, gpointer user)
{
    json_t *fields = fields_of(args);
    identity_user_add(user, identity_local_actor(call), fields, on_user, call);
    json_decref(fields);
}

static const struct person *person_by_login(struct identity *identity, const char *login)
{
    g_autoptr(GPtrArray) people = identity_people(identity);
    for (guint i = 0; login && i < people->len; i++) {
        const struct person *person = people->pdata[i];
        if (strcmp(person->login, login) == 0)
            return person;
    }
    return NULL;
}

/* {"login","password"}: a new password for somebody who lost it; a locked login is open again. */
static void users_password(struct control_call *call, const json_t *args, gpointer user)
{
    const struct person *person =
        person_by_login(user, json_string_value(json_object_get(args, "login")));
    if (!person) {
        control_reply_error(call, "not_found", "there is no such login");
        return;
    }
    json_t *fields = json_pack("{s:O*,s:I}", "password", json_object_get(args, "password"),
                               "version", (json_int_t)person->version);
    if (json_object_get(fields, "password"))
        identity_user_change(user, identity_local_actor(call), person->id, fields, on_user, call);
    else
        control_reply_error(call, "usage", "users.password needs a password");
    json_decref(fields);
}

static void users_list(struct control_call *call, const json_t *args, gpointer user)
{
    json_t *users = json_array();
    g_autoptr(GPtrArray) people = identity_people(user);
    (void)args;
    for (guint i = 0; i < people->len; i++)
        json_array_append_new(users, person_json(people->pdata[i]));
    control_reply(call, json_pack("{s:o}", "users", users));
}

void identity_add_commands(struct identity *identity, struct control *control)
{
    control_register(control, "users.add", users_add, identity);
    control_register(control, "users.password", users_password, identity);
    control_register(control, "users.list", users_list, identity);
}
