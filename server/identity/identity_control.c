/* People from the command line: how the first ones come into being. */
#include "identity/identity_face.h"
#include "identity/internal.h"
#include "identity/records.h"
#include <string.h>

struct identity_actor *identity_local_actor(const struct control_call *call)
{
    struct identity_actor *actor = g_new0(struct identity_actor, 1);
    actor->login = g_strdup_printf("wallctl uid %u", control_uid(call));
    actor->address = g_strdup("local");
    return actor;
}

static void on_user(const struct problem *problem, const struct account *account, gpointer user)
{
    struct control_call *call = user;
    if (problem)
        control_reply_error(call, problem->code, problem->en);
    else
        control_reply(call, account_json(account));
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

static const struct account *person_by_login(struct identity *identity, const char *login)
{
    g_autoptr(GPtrArray) people = identity_people(identity);
    for (guint i = 0; login && i < people->len; i++) {
        const struct account *account = people->pdata[i];
        if (strcmp(account->login, login) == 0)
            return account;
    }
    return NULL;
}

/* {"login","password"}: a new password for somebody who lost it; a locked login is open again. */
static void users_password(struct control_call *call, const json_t *args, gpointer user)
{
    const struct account *account =
        person_by_login(user, json_string_value(json_object_get(args, "login")));
    if (!account) {
        control_reply_error(call, "not_found", "there is no such login");
        return;
    }
    json_t *fields = json_pack("{s:O*,s:I}", "password", json_object_get(args, "password"),
                               "version", (json_int_t)account->version);
    if (json_object_get(fields, "password"))
        identity_user_change(user, identity_local_actor(call), account->id, fields, on_user, call);
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
        json_array_append_new(users, account_json(people->pdata[i]));
    control_reply(call, json_pack("{s:o}", "users", users));
}

/* {"login",…}: the fields that are given, of users.change. */
static void users_change(struct control_call *call, const json_t *args, gpointer user)
{
    const struct account *account =
        person_by_login(user, json_string_value(json_object_get(args, "login")));
    if (!account) {
        control_reply_error(call, "not_found", "there is no such login");
        return;
    }
    json_t *fields = json_copy((json_t *)args);
    json_object_del(fields, "login");
    json_object_set_new(fields, "version", json_integer((json_int_t)account->version));
    identity_user_change(user, identity_local_actor(call), account->id, fields, on_user, call);
    json_decref(fields);
}

static void users_unlock(struct control_call *call, const json_t *args, gpointer user)
{
    const struct account *account =
        person_by_login(user, json_string_value(json_object_get(args, "login")));
    if (account)
        identity_user_unlock(user, identity_local_actor(call), account->id, on_user, call);
    else
        control_reply_error(call, "not_found", "there is no such login");
}

static void on_factor(const struct problem *problem, const char *secret, gpointer user)
{
    (void)secret;
    if (problem)
        control_reply_error(user, problem->code, problem->en);
    else
        control_reply(user, NULL);
}

static void users_totp_off(struct control_call *call, const json_t *args, gpointer user)
{
    const struct account *account =
        person_by_login(user, json_string_value(json_object_get(args, "login")));
    if (account)
        identity_factor_reset(user, identity_local_actor(call), account->id, on_factor, call);
    else
        control_reply_error(call, "not_found", "there is no such login");
}

/* --- departments */

static void on_department(const struct problem *problem, const struct department *department,
                          gpointer user)
{
    if (problem)
        control_reply_error(user, problem->code, problem->en);
    else
        control_reply(user, department_json(department));
}

static void departments_add(struct control_call *call, const json_t *args, gpointer user)
{
    identity_department_add(user, identity_local_actor(call), args, on_department, call);
}

static void departments_change(struct control_call *call, const json_t *args, gpointer user)
{
    const char *id = json_string_value(json_object_get(args, "id"));
    const struct department *department = department_get(user, id);
    json_t *fields = json_copy((json_t *)args);
    if (department)
        json_object_set_new(fields, "version", json_integer((json_int_t)department->version));
    identity_department_change(user, identity_local_actor(call), id ? id : "", fields,
                               on_department, call);
    json_decref(fields);
}

static void departments_list(struct control_call *call, const json_t *args, gpointer user)
{
    json_t *list = json_array();
    g_autoptr(GPtrArray) departments = department_list(user);
    (void)args;
    for (guint i = 0; i < departments->len; i++)
        json_array_append_new(list, department_json(departments->pdata[i]));
    control_reply(call, json_pack("{s:o}", "departments", list));
}

/* --- the audit log */

static void on_page(json_t *page, const GError *error, gpointer user)
{
    if (page)
        control_reply(user, page);
    else
        control_reply_error(user, "not_read", error->message);
}

static void audit_export(struct control_call *call, const json_t *args, gpointer user)
{
    struct identity *identity = user;
    gint64 after = json_integer_value(json_object_get(args, "after"));
    records_export(identity->store, identity->vault, MAX(after, 0), identity_now(identity), on_page,
                   call);
}

static void audit_key(struct control_call *call, const json_t *args, gpointer user)
{
    const struct identity *identity = user;
    uint8_t key[VAULT_PUBLIC_BYTES];
    (void)args;
    vault_public(identity->vault, key);
    g_autofree char *hex = hex_of(key, sizeof key);
    control_reply(call, json_pack("{s:s}", "key", hex));
}

void identity_add_commands(struct identity *identity, struct control *control)
{
    static const struct {
        const char *command;
        control_fn fn;
    } table[] = {
        {"users.add", users_add},
        {"users.password", users_password},
        {"users.list", users_list},
        {"users.change", users_change},
        {"users.unlock", users_unlock},
        {"users.totp-off", users_totp_off},
        {"departments.add", departments_add},
        {"departments.change", departments_change},
        {"departments.list", departments_list},
        {"audit.export", audit_export},
        {"audit.key", audit_key},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        control_register(control, table[i].command, table[i].fn, identity);
}
