#include "rtc/signal.h"
#include <string.h>

static const char *const ops[] = {"hello",  "publish", "answer", "trickle",
                                  "layers", "restart", "line"};

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static bool is_mid(const char *mid)
{
    size_t size = mid ? strlen(mid) : 0;
    return size > 0 && size < 16 &&
           strspn(mid, "0123456789abcdefghijklmnopqrstuvwxyz"
                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == size;
}

static bool number(const json_t *message, const char *key, gint64 least, gint64 most, gint64 *value)
{
    const json_t *found = json_object_get(message, key);
    *value = json_integer_value(found);
    return json_is_integer(found) && *value >= least && *value <= most;
}

/* --- SDP */

static bool media_line(const char *text, struct sdp_line *line)
{
    *line = (struct sdp_line){.sends = true};
    line->video = g_str_has_prefix(text, "m=video ");
    if (!line->video && !g_str_has_prefix(text, "m=audio "))
        return false;
    if (g_str_has_prefix(text + strlen("m=video "), "0 "))
        line->sends = false;
    return true;
}

static bool attribute(const char *text, struct sdp_line *line)
{
    if (g_str_has_prefix(text, "a=mid:")) {
        const char *mid = text + strlen("a=mid:");
        if (*line->mid || !is_mid(mid))
            return false;
        g_strlcpy(line->mid, mid, sizeof(line->mid));
    } else if (!strcmp(text, "a=inactive") || !strcmp(text, "a=recvonly")) {
        line->sends = false;
    }
    return true;
}

bool sdp_lines(const char *sdp, struct sdp_line *lines, guint *count)
{
    g_auto(GStrv) texts = g_strsplit_set(sdp, "\r\n", -1);
    *count = 0;
    for (guint i = 0; texts[i]; i++) {
        bool media = g_str_has_prefix(texts[i], "m=");
        if (media && (*count == SIGNAL_LINES || !media_line(texts[i], &lines[(*count)++])))
            return false;
        if (!media && *count && !attribute(texts[i], &lines[*count - 1]))
            return false;
    }
    for (guint i = 0; i < *count; i++)
        for (guint j = 0; j <= i; j++)
            if (!*lines[i].mid || (j < i && !strcmp(lines[i].mid, lines[j].mid)))
                return false;
    return true;
}

static bool read_sdp(const json_t *message, struct signal *signal)
{
    const json_t *sdp = json_object_get(message, "sdp");
    signal->sdp = json_string_value(sdp);
    size_t size = json_string_length(sdp);
    return signal->sdp && size > 0 && size <= SIGNAL_SDP_BYTES && strlen(signal->sdp) == size;
}

/* --- publish */

static const struct signal_line *find_line(const struct signal *signal, const char *mid)
{
    for (guint i = 0; i < signal->count; i++)
        if (!strcmp(signal->lines[i].mid, mid))
            return &signal->lines[i];
    return NULL;
}

static bool read_streams(const json_t *message, struct signal *signal)
{
    const json_t *streams = json_object_get(message, "streams"), *one;
    bool seen[RTC_KINDS] = {0};
    size_t i;
    if (!json_is_array(streams) || json_array_size(streams) > RTC_KINDS)
        return false;
    json_array_foreach(streams, i, one)
    {
        struct signal_line *line = &signal->lines[signal->count];
        int kind = rtc_kind_find(text_of(one, "kind"));
        const char *mid = text_of(one, "mid");
        if (kind < 0 || seen[kind] || !is_mid(mid) || find_line(signal, mid))
            return false;
        seen[kind] = true;
        line->kind = (enum rtc_kind)kind;
        g_strlcpy(line->mid, mid, sizeof(line->mid));
        signal->count++;
    }
    return true;
}

static bool read_publish(const json_t *message, struct signal *signal)
{
    struct sdp_line lines[SIGNAL_LINES];
    guint count, named = 0;
    if (!read_sdp(message, signal) || !read_streams(message, signal) ||
        !sdp_lines(signal->sdp, lines, &count))
        return false;
    for (guint i = 0; i < count; i++) {
        const struct signal_line *line = find_line(signal, lines[i].mid);
        if (!line && lines[i].sends)
            return false;
        if (line && (line->kind != RTC_MIC) != lines[i].video)
            return false;
        named += line != NULL;
    }
    return named == signal->count;
}

/* --- others */

static bool read_answer(const json_t *message, struct signal *signal)
{
    return read_sdp(message, signal) && number(message, "n", 1, G_MAXINT32, &signal->n);
}

static bool read_trickle(const json_t *message, struct signal *signal)
{
    const char *pc = text_of(message, "pc");
    const json_t *candidate = json_object_get(message, "candidate");
    signal->recv = !g_strcmp0(pc, "recv");
    if (!signal->recv && g_strcmp0(pc, "send") != 0)
        return false;
    if (!candidate || json_is_null(candidate))
        return candidate != NULL;
    signal->candidate = candidate;
    const json_t *text = json_object_get(candidate, "candidate");
    return json_is_string(text) && json_string_length(text) <= 1024 &&
           json_object_size(candidate) <= 8;
}

static bool read_layers(const json_t *message, struct signal *signal)
{
    gint64 substream = -1;
    int kind = rtc_kind_find(text_of(message, "kind"));
    signal->seat = text_of(message, "seat");
    if (!signal->seat || strlen(signal->seat) > 64 || kind < 0 || kind == RTC_MIC)
        return false;
    signal->kind = (enum rtc_kind)kind;
    bool off = json_is_false(json_object_get(message, "on"));
    bool right = off || number(message, "substream", 0, 2, &substream);
    signal->substream = (int)substream;
    return right;
}

static bool read_line(const json_t *message, struct signal *signal)
{
    return number(message, "delay_ms", 0, SIGNAL_DELAY_MS, &signal->delay_ms);
}

bool signal_read(const json_t *message, struct signal *signal)
{
    static bool (*const readers[])(const json_t *, struct signal *) = {
        [SIGNAL_PUBLISH] = read_publish, [SIGNAL_ANSWER] = read_answer,
        [SIGNAL_TRICKLE] = read_trickle, [SIGNAL_LAYERS] = read_layers,
        [SIGNAL_LINE] = read_line,
    };
    *signal = (struct signal){0};
    const char *op = text_of(message, "op");
    gint64 gen;
    size_t i = 0;
    while (i < G_N_ELEMENTS(ops) && g_strcmp0(ops[i], op) != 0)
        i++;
    if (i == G_N_ELEMENTS(ops) || !number(message, "gen", 0, G_MAXINT64, &gen))
        return false;
    signal->op = (enum signal_op)i;
    signal->gen = (guint64)gen;
    return i >= G_N_ELEMENTS(readers) || !readers[i] || readers[i](message, signal);
}
