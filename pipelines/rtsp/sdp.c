#include "rtsp/sdp.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_PARAMETER_BYTES = 4096 };

/* One media section while it is read. */
struct section {
    bool video;
    enum codec codec;
    unsigned payload_type, clock_hz;
    char control[512];
    GByteArray *parameters;
};

/* sprop values in base64, separated by commas, padding often missing */
static void add_parameter_sets(struct section *section, const char *value)
{
    g_auto(GStrv) items = g_strsplit(value, ",", 16);
    for (char **item = items; *item; item++) {
        g_strstrip(*item);
        size_t length = strcspn(*item, "=");
        (*item)[length] = '\0';
        if (length < 2 || length > MAX_PARAMETER_BYTES)
            continue;
        g_autofree char *padded = g_strconcat(*item, &"==="[3 - (4 - length % 4) % 4], NULL);
        gsize size = 0;
        g_autofree guchar *bytes = g_base64_decode(padded, &size);
        if (size < 3)
            continue;
        if (!section->parameters)
            section->parameters = g_byte_array_new();
        if (section->parameters->len + size > MAX_PARAMETER_BYTES)
            return;
        g_byte_array_append(section->parameters, (const guint8 *)"\0\0\0\1", 4);
        g_byte_array_append(section->parameters, bytes, (guint)size);
    }
}

static void set_codec(struct section *section, unsigned payload_type, enum codec codec,
                      unsigned clock_hz)
{
    if (section->codec != CODEC_NONE)
        return;
    section->codec = codec;
    section->payload_type = payload_type;
    section->clock_hz = clock_hz ? clock_hz : 90000;
}

/* "96 H264/90000" */
static void read_rtpmap(struct section *section, const char *value)
{
    char *end;
    unsigned long type = strtoul(value, &end, 10);
    if (end == value || type > 127)
        return;
    while (*end == ' ' || *end == '\t')
        end++;
    const char *slash = strchr(end, '/');
    size_t length = slash ? (size_t)(slash - end) : strlen(end);
    unsigned long clock_hz = slash ? strtoul(slash + 1, NULL, 10) : 90000;
    if (clock_hz > 10000000)
        clock_hz = 0;
    if (length == 4 && !g_ascii_strncasecmp(end, "H264", 4))
        set_codec(section, (unsigned)type, CODEC_H264, (unsigned)clock_hz);
    else if ((length == 4 && !g_ascii_strncasecmp(end, "H265", 4)) ||
             (length == 4 && !g_ascii_strncasecmp(end, "HEVC", 4)))
        set_codec(section, (unsigned)type, CODEC_H265, (unsigned)clock_hz);
}

/* "96 packetization-mode=1;sprop-parameter-sets=…" */
static void read_fmtp(struct section *section, const char *value)
{
    char *end;
    unsigned long type = strtoul(value, &end, 10);
    if (end == value || type > 127)
        return;
    if (section->codec != CODEC_NONE && type != section->payload_type)
        return;
    g_auto(GStrv) parameters = g_strsplit(end, ";", 64);
    for (char **parameter = parameters; *parameter; parameter++) {
        char *equals = strchr(*parameter, '=');
        if (!equals)
            continue;
        *equals = '\0';
        const char *name = g_strstrip(*parameter);
        bool h264 = !g_ascii_strcasecmp(name, "sprop-parameter-sets");
        bool h265 = !g_ascii_strcasecmp(name, "sprop-vps") ||
                    !g_ascii_strcasecmp(name, "sprop-sps") ||
                    !g_ascii_strcasecmp(name, "sprop-pps");
        if (!h264 && !h265)
            continue;
        add_parameter_sets(section, equals + 1);
        /* a section whose rtpmap is missing names its codec so */
        set_codec(section, (unsigned)type, h264 ? CODEC_H264 : CODEC_H265, 90000);
    }
}

static void section_end(struct section *section, unsigned nth, struct sdp *sdp)
{
    if (section->video && section->codec != CODEC_NONE && sdp->videos++ == nth) {
        sdp->codec = section->codec;
        sdp->payload_type = section->payload_type;
        sdp->clock_hz = section->clock_hz;
        g_strlcpy(sdp->control, section->control, sizeof sdp->control);
        sdp->parameters = g_steal_pointer(&section->parameters);
    }
    g_clear_pointer(&section->parameters, g_byte_array_unref);
    *section = (struct section){0};
}

static void read_attribute(struct section *section, struct sdp *sdp, char *value)
{
    if (g_str_has_prefix(value, "control:")) {
        char *control = g_strstrip(value + strlen("control:"));
        if (sdp->sections == 0)
            g_strlcpy(sdp->session_control, control, sizeof sdp->session_control);
        else
            g_strlcpy(section->control, control, sizeof section->control);
    } else if (g_str_has_prefix(value, "rtpmap:")) {
        read_rtpmap(section, value + strlen("rtpmap:"));
    } else if (g_str_has_prefix(value, "fmtp:")) {
        read_fmtp(section, value + strlen("fmtp:"));
    }
}

bool sdp_parse(const char *text, size_t size, unsigned nth, struct sdp *sdp)
{
    *sdp = (struct sdp){0};
    struct section section = {0};
    bool any = false;
    /* a copy that ends where the text ends, also when a NUL stands inside */
    g_autofree char *copy = g_strndup(text, size);
    g_auto(GStrv) lines = g_strsplit_set(copy, "\r\n", -1);
    for (char **next = lines; *next; next++) {
        char *line = g_strstrip(*next);
        if (!g_ascii_isalpha(line[0]) || line[1] != '=')
            continue;
        any = true;
        if (line[0] == 'm') {
            section_end(&section, nth, sdp);
            sdp->sections++;
            section.video = g_str_has_prefix(line, "m=video");
        } else if (line[0] == 'a') {
            read_attribute(&section, sdp, line + 2);
        }
    }
    section_end(&section, nth, sdp);
    return any;
}

void sdp_clear(struct sdp *sdp)
{
    g_clear_pointer(&sdp->parameters, g_byte_array_unref);
}
