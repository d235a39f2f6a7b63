#include "notify/plan.h"
#include "common/config.h"
#include "notify/template.h"
#include <string.h>

enum { MOST_CHANNELS = 32 };

/* Made by tw_embed(). */
extern const unsigned char notify_plan[];
extern const unsigned int notify_plan_len;
extern const unsigned char notify_schema[];
extern const unsigned int notify_schema_len;

static const char *const kind_names[] = {"json", "wecom_robot", "wecom_app", "sms"};

const char *channel_kind_name(enum channel_kind kind)
{
    return kind_names[kind];
}

static bool fail(GError **error, const char *name, const char *place, const char *what)
{
    g_set_error(error, PLAN_ERROR, PLAN_ERROR_BAD, "%s: %s: %s", name, place, what);
    return false;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text && *text ? text : NULL;
}

/* --- texts */

static const char *find_template(const json_t *plan, const char *id)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(plan, "templates"), i, one)
    {
        if (g_strcmp0(text_of(one, "id"), id) == 0)
            return text_of(one, "text");
    }
    return NULL;
}

static bool check_templates(const json_t *plan, const char *name, GError **error)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(plan, "templates"), i, one)
    {
        gsize at;
        g_autofree char *reason = NULL;
        if (template_check(text_of(one, "text"), &at, &reason))
            continue;
        g_autofree char *place =
            g_strdup_printf("templates[%zu] %s, byte %" G_GSIZE_FORMAT, i, text_of(one, "id"), at);
        return fail(error, name, place, reason);
    }
    return true;
}

/* Texts of the shipped plan that the file does not have stay known. */
static void add_templates(json_t *plan, const json_t *shipped)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(shipped, "templates"), i, one)
    {
        if (!find_template(plan, text_of(one, "id")))
            json_array_append(json_object_get(plan, "templates"), one);
    }
}

/* --- channels */

/* Plain HTTP goes no further than this machine. */
static const char *check_url(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : NULL;
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    if (!host || !*host || g_uri_get_userinfo(uri))
        return "an address https://HOST/… without a password is needed";
    bool here = strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0 ||
                strcmp(host, "localhost") == 0;
    if (strcmp(scheme, "https") == 0 || (here && strcmp(scheme, "http") == 0))
        return NULL;
    return "https:// is needed; http:// goes to this machine only";
}

static GArray *read_pairs(const json_t *list, const char *name, const char *value)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(struct pair));
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)list, i, one)
    {
        const char *text = json_string_value(json_object_get(one, value));
        const struct pair pair = {json_string_value(json_object_get(one, name)), text ? text : ""};
        g_array_append_val(pairs, pair);
    }
    return pairs;
}

/* Placeholders of what is sent to a gateway: another list than a text's. */
static const char *check_places(const GArray *pairs, bool header)
{
    static const char *const known[] = {"{id}", "{to}", "{text}", "{secret}"};
    for (guint i = 0; i < pairs->len; i++) {
        const struct pair *pair = &g_array_index(pairs, struct pair, i);
        if (header && (strpbrk(pair->name, "\r\n:") || strpbrk(pair->value, "\r\n")))
            return "a header is one line";
        for (const char *at = strchr(pair->value, '{'); at; at = strchr(at + 1, '{')) {
            bool good = false;
            for (gsize k = 0; k < G_N_ELEMENTS(known); k++)
                good = good || (g_str_has_prefix(at, known[k]) && (!header || k == 3 || k == 0));
            if (!good)
                return header ? "a header knows {id} and {secret}"
                              : "a field knows {id}, {to}, {text} and {secret}";
        }
    }
    return NULL;
}

static const char *check_channel(const struct channel *channel)
{
    const char *wrong = check_url(channel->url);
    if (wrong)
        return wrong;
    if (!channel->text || !channel->person_text)
        return "there is no such template";
    if (channel->persons && channel->kind != CHANNEL_SMS && channel->kind != CHANNEL_JSON)
        return "only sms and json go to persons";
    if (channel->kind == CHANNEL_WECOM_APP &&
        (!*channel->corp || !channel->secret || !channel->agent))
        return "an application needs corp, agent and secret";
    if (channel->ca_file && !g_path_is_absolute(channel->ca_file))
        return "ca_file is an absolute path";
    wrong = check_places(channel->headers, true);
    return wrong ? wrong : check_places(channel->body, false);
}

static void channel_free(gpointer data)
{
    struct channel *channel = data;
    g_array_unref(channel->to);
    g_array_unref(channel->headers);
    g_array_unref(channel->body);
    g_free(channel);
}

static struct channel *read_channel(const json_t *plan, const json_t *one)
{
    struct channel *channel = g_new0(struct channel, 1);
    const json_t *good = json_object_get(one, "good");
    const char *kind = text_of(one, "kind");
    channel->id = text_of(one, "id");
    while (strcmp(kind_names[channel->kind], kind) != 0)
        channel->kind++;
    channel->enabled = json_is_true(json_object_get(one, "enabled"));
    channel->form = g_strcmp0(text_of(one, "format"), "form") == 0;
    channel->url = text_of(one, "url");
    channel->secret = text_of(one, "secret");
    channel->corp = json_string_value(json_object_get(one, "corp"));
    channel->ca_file = text_of(one, "ca_file");
    channel->agent = json_integer_value(json_object_get(one, "agent"));
    channel->timeout_ms = (gint64)(json_number_value(json_object_get(one, "timeout_s")) * 1000);
    channel->text = find_template(plan, text_of(one, "template"));
    channel->persons = json_is_true(json_object_get(one, "persons"));
    channel->person_text = find_template(plan, text_of(one, "person_template"));
    channel->departments = json_object_get(one, "departments");
    channel->roles = json_object_get(one, "roles");
    channel->kinds = json_object_get(one, "kinds");
    channel->to = read_pairs(json_object_get(one, "to"), "of", "address");
    channel->headers = read_pairs(json_object_get(one, "headers"), "name", "value");
    channel->body = read_pairs(json_object_get(one, "body"), "name", "value");
    channel->good_name = text_of(good, "name");
    channel->good_value = json_string_value(json_object_get(good, "value"));
    return channel;
}

static bool add_channel(struct plan *plan, const json_t *one, size_t i, const char *name,
                        GError **error)
{
    struct channel *channel = read_channel(plan->json, one);
    const char *wrong = check_channel(channel);
    if (!wrong && plan_channel(plan, channel->id))
        wrong = "there is a channel of that name already";
    if (!wrong && plan->channels->len == MOST_CHANNELS)
        wrong = "at most 32 channels";
    g_ptr_array_add(plan->channels, channel);
    if (!wrong)
        return true;
    g_autofree char *place = g_strdup_printf("channels[%zu] %s", i, channel->id);
    return fail(error, name, place, wrong);
}

/* --- the whole */

static json_t *embedded(const unsigned char *text, guint size)
{
    json_t *json = json_loadb((const char *)text, size, 0, NULL);
    g_assert(json);
    return json;
}

/* Takes `json`, checked against the schema. */
static struct plan *make(json_t *json, const char *name, GError **error)
{
    struct plan *plan = g_new0(struct plan, 1);
    plan->json = json;
    plan->channels = g_ptr_array_new_with_free_func(channel_free);
    json_t *shipped = embedded(notify_plan, notify_plan_len);
    add_templates(json, shipped);
    json_decref(shipped);
    plan->backoff = (struct backoff){
        .first_us = (gint64)(config_number(json, "retry.first_s") * G_USEC_PER_SEC),
        .most_us = (gint64)(config_number(json, "retry.most_s") * G_USEC_PER_SEC),
        .tries = (guint)config_int(json, "retry.tries")};
    plan->undelivered_us =
        (gint64)(config_number(json, "undelivered_minutes") * 60 * G_USEC_PER_SEC);
    size_t i;
    json_t *one;
    bool fine = check_templates(json, name, error);
    json_array_foreach(json_object_get(json, "channels"), i, one)
    {
        fine = fine && add_channel(plan, one, i, name, error);
    }
    if (!fine)
        g_clear_pointer(&plan, plan_destroy);
    return plan;
}

struct plan *plan_read(const char *text, gsize size, const char *name, GError **error)
{
    json_error_t wrong;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &wrong);
    if (!json_is_object(json)) {
        fail(error, name, "file", json ? "an object is needed" : wrong.text);
        json_decref(json);
        return NULL;
    }
    json_t *schema = embedded(notify_schema, notify_schema_len);
    g_autoptr(GString) errors = g_string_new(NULL);
    bool fine = config_check(json, schema, name, errors);
    json_decref(schema);
    if (!fine) {
        g_set_error_literal(error, PLAN_ERROR, PLAN_ERROR_BAD, errors->str);
        json_decref(json);
        return NULL;
    }
    return make(json, name, error);
}

struct plan *plan_load(const char *path, GError **error)
{
    if (!path || !g_file_test(path, G_FILE_TEST_EXISTS))
        return plan_read((const char *)notify_plan, notify_plan_len, "notify.json", error);
    json_t *schema = embedded(notify_schema, notify_schema_len);
    json_t *json = config_load_with(path, schema, error);
    json_decref(schema);
    return json ? make(json, path, error) : NULL;
}

void plan_destroy(struct plan *plan)
{
    if (!plan)
        return;
    g_ptr_array_unref(plan->channels);
    json_decref(plan->json);
    g_free(plan);
}

/* --- asking */

const struct channel *plan_channel(const struct plan *plan, const char *id)
{
    for (guint i = 0; id && i < plan->channels->len; i++) {
        const struct channel *channel = plan->channels->pdata[i];
        if (strcmp(channel->id, id) == 0)
            return channel;
    }
    return NULL;
}

static bool lists(const json_t *list, const char *text)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)list, i, one)
    {
        if (g_strcmp0(json_string_value(one), text) == 0)
            return true;
    }
    return false;
}

bool channel_takes(const struct channel *channel, const char *kind, const char *department,
                   const char *role)
{
    static const char *const usual[] = {"order", "urge", "card", "overdue", "undelivered", NULL};
    bool known = json_array_size(channel->kinds) ? lists(channel->kinds, kind)
                                                 : g_strv_contains(usual, kind);
    bool meant = (department &&
                  (lists(channel->departments, department) || lists(channel->departments, "*"))) ||
                 (role && lists(channel->roles, role));
    bool addressed = channel->kind == CHANNEL_JSON || channel->kind == CHANNEL_WECOM_ROBOT ||
                     channel_address(channel, department ? department : role);
    return channel->enabled && known && meant && addressed;
}

bool channel_takes_persons(const struct channel *channel, const char *kind)
{
    return channel->enabled && channel->persons &&
           (json_array_size(channel->kinds) == 0 || lists(channel->kinds, kind));
}

const char *channel_address(const struct channel *channel, const char *of)
{
    for (guint i = 0; of && i < channel->to->len; i++) {
        const struct pair *pair = &g_array_index(channel->to, struct pair, i);
        if (strcmp(pair->name, of) == 0)
            return pair->value;
    }
    return NULL;
}
