#include "notify/message.h"
#include "notify/template.h"
#include <string.h>

enum { ANSWER_BYTES = 200, SECRET_BYTES = 6, LONG_SEGMENT = 16 };

void message_free(struct message *message)
{
    if (!message)
        return;
    g_free(message->url);
    g_free(message->body);
    g_strfreev(message->headers);
    g_free(message);
}

/* --- making */

static char *replace(const char *text, const char *what, const char *with)
{
    g_auto(GStrv) parts = g_strsplit(text, what, -1);
    return g_strjoinv(with ? with : "", parts);
}

struct filling {
    const char *id, *to, *text, *secret;
};

/* One pass over the pattern: what stands in a value is not looked at again. */
static char *fill(const char *pattern, const struct filling *with)
{
    const struct pair values[] = {
        {"{id}", with->id}, {"{to}", with->to}, {"{text}", with->text}, {"{secret}", with->secret}};
    GString *text = g_string_new(NULL);
    while (*pattern) {
        const struct pair *found = NULL;
        for (gsize i = 0; !found && i < G_N_ELEMENTS(values); i++)
            found = g_str_has_prefix(pattern, values[i].name) ? &values[i] : NULL;
        if (found && found->value)
            g_string_append(text, found->value);
        else if (!found)
            g_string_append_c(text, *pattern);
        pattern += found ? strlen(found->name) : 1;
    }
    return g_string_free(text, FALSE);
}

static char *dump(json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    char *copy = g_strdup(text);
    free(text);
    json_decref(json);
    return copy;
}

static char *plain_body(const struct message_facts *facts, const char *text)
{
    json_t *body = json_pack("{s:s,s:s,s:b,s:s?}", "id", facts->id, "text", text, "test",
                             (int)facts->test, "for", facts->of);
    if (facts->to)
        json_object_set_new(body, "to", json_string(facts->to));
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)facts->facts, key, value)
    {
        json_object_set(body, key, value);
    }
    return dump(body);
}

static char *sms_body(const struct channel *channel, const struct filling *with)
{
    static const struct pair usual[] = {{"id", "{id}"}, {"to", "{to}"}, {"text", "{text}"}};
    guint count = channel->body->len ? channel->body->len : G_N_ELEMENTS(usual);
    json_t *body = json_object();
    g_autoptr(GString) form = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        const struct pair *pair =
            channel->body->len ? &g_array_index(channel->body, struct pair, i) : &usual[i];
        g_autofree char *value = fill(pair->value, with);
        json_object_set_new(body, pair->name, json_string(value));
        g_autofree char *name = g_uri_escape_string(pair->name, NULL, FALSE);
        g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
        g_string_append_printf(form, "%s%s=%s", i ? "&" : "", name, escaped);
    }
    if (!channel->form)
        return dump(body);
    json_decref(body);
    return g_strdup(form->str);
}

static char *body_of(const struct channel *channel, const struct message_facts *facts,
                     const char *text, const struct filling *with)
{
    switch (channel->kind) {
    case CHANNEL_JSON:
        return plain_body(facts, text);
    case CHANNEL_WECOM_ROBOT:
        return dump(json_pack("{s:s,s:{s:s}}", "msgtype", "text", "text", "content", text));
    case CHANNEL_WECOM_APP:
        return dump(json_pack("{s:s,s:s,s:I,s:{s:s},s:i}", "touser", with->to ? with->to : "",
                              "msgtype", "text", "agentid", (json_int_t)channel->agent, "text",
                              "content", text, "enable_duplicate_check", 1));
    case CHANNEL_SMS:
        return sms_body(channel, with);
    }
    return NULL;
}

static char *url_of(const struct channel *channel, const char *token)
{
    if (channel->kind != CHANNEL_WECOM_APP)
        return g_strdup(channel->url);
    g_autofree char *escaped = g_uri_escape_string(token ? token : "", NULL, FALSE);
    return g_strdup_printf("%s/cgi-bin/message/send?access_token=%s", channel->url, escaped);
}

static char **headers_of(const struct channel *channel, const struct filling *with)
{
    GPtrArray *lines = g_ptr_array_new();
    bool own = channel->kind == CHANNEL_JSON || channel->kind == CHANNEL_SMS;
    g_ptr_array_add(lines,
                    g_strdup(channel->form ? "Content-Type: application/x-www-form-urlencoded"
                                           : "Content-Type: application/json"));
    g_ptr_array_add(lines, g_strdup("Accept: application/json"));
    g_ptr_array_add(lines, g_strdup_printf("Idempotency-Key: %s", with->id));
    for (guint i = 0; own && i < channel->headers->len; i++) {
        const struct pair *pair = &g_array_index(channel->headers, struct pair, i);
        g_autofree char *value = fill(pair->value, with);
        g_ptr_array_add(lines, g_strdup_printf("%s: %s", pair->name, value));
    }
    if (own && !channel->headers->len && !channel->body->len && channel->secret)
        g_ptr_array_add(lines, g_strdup_printf("Authorization: Bearer %s", channel->secret));
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(lines, FALSE);
}

struct message *message_make(const struct channel *channel, const struct message_facts *facts)
{
    g_autofree char *text =
        template_fill(facts->to ? channel->person_text : channel->text, facts->facts);
    const struct filling with = {.id = facts->id,
                                 .to = facts->to ? facts->to : channel_address(channel, facts->of),
                                 .text = text,
                                 .secret = channel->secret};
    struct message *message = g_new0(struct message, 1);
    message->url = url_of(channel, facts->token);
    message->body = body_of(channel, facts, text, &with);
    message->headers = headers_of(channel, &with);
    return message;
}

char *message_token_url(const struct channel *channel)
{
    g_autofree char *corp = g_uri_escape_string(channel->corp, NULL, FALSE);
    g_autofree char *secret =
        g_uri_escape_string(channel->secret ? channel->secret : "", NULL, FALSE);
    return g_strdup_printf("%s/cgi-bin/gettoken?corpid=%s&corpsecret=%s", channel->url, corp,
                           secret);
}

/* --- what came back */

char *message_token(const char *body, gsize size)
{
    json_t *json = json_loadb(body ? body : "", size, 0, NULL);
    char *token = g_strdup(json_string_value(json_object_get(json, "access_token")));
    json_decref(json);
    return token && *token ? token : (g_free(token), NULL);
}

/* Replaces every place where the secret stands. */
static char *hide(char *text, const char *secret)
{
    if (!secret || strlen(secret) < SECRET_BYTES)
        return text;
    char *hidden = replace(text, secret, "***");
    g_free(text);
    return hidden;
}

/* The same as it stands there and unescaped. */
static char *hide_part(char *text, const char *part)
{
    g_autofree char *plain = g_uri_unescape_string(part, NULL);
    text = hide(text, part);
    return plain && *plain ? hide(text, plain) : text;
}

/* What may be a key in the gateway's address: values of its query, and long parts of its path. */
static char *hide_url(char *text, const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = strchr(host ? host + 3 : url, '/');
    g_auto(GStrv) halves = g_strsplit(path ? path : "", "?", 2);
    g_auto(GStrv) segments = g_strsplit(halves[0] ? halves[0] : "", "/", -1);
    g_auto(GStrv) pairs = g_strsplit_set(halves[0] && halves[1] ? halves[1] : "", "&;#", -1);
    if (halves[0] && halves[1])
        text = hide_part(text, halves[1]);
    for (guint i = 0; pairs[i]; i++) {
        const char *value = strchr(pairs[i], '=');
        text = hide_part(text, value ? value + 1 : pairs[i]);
    }
    for (guint i = 0; segments[i]; i++) {
        if (strlen(segments[i]) >= LONG_SEGMENT)
            text = hide_part(text, segments[i]);
    }
    return text;
}

char *message_clip(const struct channel *channel, const char *text, gsize size)
{
    g_autofree char *raw = g_strndup(text ? text : "", MIN(size, 64 * ANSWER_BYTES));
    char *clean = hide(g_utf8_make_valid(raw, -1), channel->secret);
    clean = hide_url(clean, channel->url);
    for (char *at = clean; *at; at++) {
        if (g_ascii_iscntrl(*at))
            *at = ' ';
    }
    if (strlen(clean) > ANSWER_BYTES)
        *g_utf8_find_prev_char(clean, clean + ANSWER_BYTES + 1) = '\0';
    return clean;
}

/* A field as text, whether it is one or a number. */
static char *field_text(const json_t *json, const char *name)
{
    const json_t *value = json_object_get(json, name);
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "true" : "false");
    return NULL;
}

bool message_taken(const struct channel *channel, long status, const char *body, gsize size,
                   bool *stale, char **reason)
{
    bool wecom = channel->kind == CHANNEL_WECOM_ROBOT || channel->kind == CHANNEL_WECOM_APP;
    const char *name = wecom ? "errcode" : channel->good_name;
    const char *wanted = wecom ? "0" : channel->good_value ? channel->good_value : "";
    bool good = status >= 200 && status < 300;
    *stale = false;
    if (good && name) {
        json_t *json = json_loadb(body ? body : "", size, 0, NULL);
        g_autofree char *value = field_text(json, name);
        good = g_strcmp0(value, wanted) == 0;
        *stale = wecom && (g_strcmp0(value, "40014") == 0 || g_strcmp0(value, "42001") == 0);
        json_decref(json);
    }
    *reason = message_clip(channel, body, size);
    return good;
}
