#include "rtc/janus_message.h"
#include <string.h>

static const char *const kind_names[RTC_KINDS] = {"mic", "camera", "screen"};

int rtc_kind_find(const char *name)
{
    for (int i = 0; name && i < RTC_KINDS; i++)
        if (!strcmp(kind_names[i], name))
            return i;
    return -1;
}

const char *rtc_kind_name(enum rtc_kind kind)
{
    return kind_names[kind];
}

static enum janus_kind kind_of(const char *word)
{
    static const struct {
        const char *word;
        enum janus_kind kind;
    } words[] = {
        {"ack", JANUS_ACK},           {"success", JANUS_SUCCESS}, {"error", JANUS_ERROR},
        {"event", JANUS_EVENT},       {"webrtcup", JANUS_UP},     {"hangup", JANUS_HANGUP},
        {"detached", JANUS_DETACHED}, {"slowlink", JANUS_SLOW},   {"timeout", JANUS_TIMEOUT},
    };
    for (size_t i = 0; word && i < G_N_ELEMENTS(words); i++)
        if (!strcmp(words[i].word, word))
            return words[i].kind;
    return JANUS_OTHER;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static guint64 id_of(const json_t *value)
{
    json_int_t id = json_integer_value(value);
    return id > 0 ? (guint64)id : 0;
}

static int code_of(const json_t *value)
{
    json_int_t code = json_integer_value(value);
    return code > 0 && code < G_MAXINT ? (int)code : 0;
}

static void read_plugin(struct janus_message *message)
{
    const json_t *plugin = json_object_get(message->root, "plugindata");
    message->data = json_object_get(plugin, "data");
    if (!json_is_object(message->data)) {
        message->data = NULL;
        return;
    }
    message->word = text_of(message->data, "videoroom");
    int code = code_of(json_object_get(message->data, "error_code"));
    if (code) {
        message->code = code;
        message->why = text_of(message->data, "error");
    }
}

bool janus_message_read(const char *text, size_t size, struct janus_message *message)
{
    *message = (struct janus_message){0};
    if (size > JANUS_MESSAGE_BYTES)
        return false;
    json_t *root = json_loadb(text, size, 0, NULL);
    if (!json_is_object(root)) {
        json_decref(root);
        return false;
    }
    message->root = root;
    message->kind = kind_of(text_of(root, "janus"));
    message->transaction = text_of(root, "transaction");
    message->id = id_of(json_object_get(json_object_get(root, "data"), "id"));
    message->sender = id_of(json_object_get(root, "sender"));
    const json_t *jsep = json_object_get(root, "jsep");
    message->sdp = text_of(jsep, "sdp");
    message->sdp_type = text_of(jsep, "type");
    const json_t *error = json_object_get(root, "error");
    if (message->kind == JANUS_ERROR) {
        message->code = MAX(1, code_of(json_object_get(error, "code")));
        message->why = text_of(error, "reason");
    }
    if (message->kind == JANUS_HANGUP)
        message->why = text_of(root, "reason");
    message->uplink = json_is_true(json_object_get(root, "uplink"));
    message->lost = (guint)CLAMP(json_integer_value(json_object_get(root, "lost")), 0, G_MAXINT);
    read_plugin(message);
    if (message->code && !message->why)
        message->why = "no reason was given";
    return true;
}

void janus_message_clear(struct janus_message *message)
{
    json_decref(message->root);
    *message = (struct janus_message){0};
}

static bool copy_mid(char *mid, size_t room, const char *text)
{
    return text && *text && g_strlcpy(mid, text, room) < room;
}

GArray *janus_publishers(const json_t *data, GArray *feeds)
{
    GArray *streams = g_array_new(FALSE, FALSE, sizeof(struct janus_stream));
    size_t i, j;
    const json_t *publisher, *one;
    json_array_foreach(json_object_get(data, "publishers"), i, publisher)
    {
        guint64 feed = id_of(json_object_get(publisher, "id"));
        if (!feed)
            continue;
        if (feeds)
            g_array_append_val(feeds, feed);
        json_array_foreach(json_object_get(publisher, "streams"), j, one)
        {
            struct janus_stream stream = {.feed = feed, .active = true};
            int kind = rtc_kind_find(text_of(one, "description"));
            if (kind < 0 || json_is_true(json_object_get(one, "disabled")) ||
                !copy_mid(stream.mid, sizeof(stream.mid), text_of(one, "mid")))
                continue;
            stream.kind = (enum rtc_kind)kind;
            g_array_append_val(streams, stream);
        }
    }
    return streams;
}

GArray *janus_lines(const json_t *data)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct janus_stream));
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(data, "streams"), i, one)
    {
        struct janus_stream line = {.feed = id_of(json_object_get(one, "feed_id"))};
        if (!copy_mid(line.mid, sizeof(line.mid), text_of(one, "mid")))
            continue;
        int kind = rtc_kind_find(text_of(one, "feed_description"));
        bool named = copy_mid(line.feed_mid, sizeof(line.feed_mid), text_of(one, "feed_mid"));
        line.kind = kind < 0 ? RTC_CAMERA : (enum rtc_kind)kind;
        line.active =
            kind >= 0 && named && line.feed && !json_is_false(json_object_get(one, "active"));
        g_array_append_val(lines, line);
    }
    return lines;
}

guint64 janus_gone_feed(const json_t *data)
{
    guint64 feed = id_of(json_object_get(data, "unpublished"));
    return feed ? feed : id_of(json_object_get(data, "leaving"));
}
