#include "rtsp/headers.h"
#include <ctype.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

static bool read_pair(const char *value, unsigned long max, unsigned long *first,
                      unsigned long *second)
{
    char *end;
    *first = strtoul(value, &end, 10);
    if (end == value || *first > max)
        return false;
    *second = *first + 1;
    if (*end == '-') {
        const char *begin = end + 1;
        unsigned long number = strtoul(begin, &end, 10);
        if (end != begin && number <= max)
            *second = number;
    }
    return true;
}

static void read_parameter(const char *name, const char *value, struct rtsp_transport *transport)
{
    unsigned long first, second;
    if (!g_ascii_strcasecmp(name, "interleaved")) {
        if (read_pair(value, 255, &first, &second)) {
            transport->tcp = transport->interleaved = true;
            transport->rtp_channel = (uint8_t)first;
            transport->rtcp_channel = (uint8_t)second;
        }
    } else if (!g_ascii_strcasecmp(name, "server_port")) {
        if (read_pair(value, 65535, &first, &second)) {
            transport->server_rtp_port = (uint16_t)first;
            transport->server_rtcp_port = (uint16_t)second;
        }
    } else if (!g_ascii_strcasecmp(name, "source")) {
        g_strlcpy(transport->source, value, sizeof transport->source);
    } else if (!g_ascii_strcasecmp(name, "ssrc")) {
        char *end;
        unsigned long ssrc = strtoul(value, &end, 16);
        if (end != value && !*end && ssrc <= UINT32_MAX) {
            transport->ssrc_known = true;
            transport->ssrc = (uint32_t)ssrc;
        }
    }
}

bool rtsp_transport_parse(const char *value, struct rtsp_transport *transport)
{
    *transport = (struct rtsp_transport){0};
    bool named = false;
    g_auto(GStrv) items = g_strsplit(value, ";", 64);
    for (char **item = items; *item; item++) {
        g_strstrip(*item);
        char *equals = strchr(*item, '=');
        if (equals) {
            *equals = '\0';
            read_parameter(g_strstrip(*item), g_strstrip(equals + 1), transport);
        } else if (!g_ascii_strncasecmp(*item, "RTP/", 4)) {
            named = true;
            if (g_str_has_suffix(*item, "/TCP") || g_str_has_suffix(*item, "/tcp"))
                transport->tcp = true;
        }
    }
    return named || transport->interleaved || transport->server_rtp_port;
}

bool rtsp_session_parse(const char *value, char *id, size_t id_capacity, unsigned *timeout_s)
{
    while (isspace((unsigned char)*value))
        value++;
    size_t length = strcspn(value, "; \t\r\n");
    if (!length)
        return false;
    g_strlcpy(id, value, MIN(id_capacity, length + 1));
    const char *timeout = strcasestr(value + length, "timeout");
    if (timeout) {
        timeout += strlen("timeout");
        while (*timeout == ' ' || *timeout == '=')
            timeout++;
        unsigned long number = strtoul(timeout, NULL, 10);
        if (number >= 2 && number <= 86400)
            *timeout_s = (unsigned)number;
    }
    return true;
}

unsigned rtsp_retry_after_s(const char *value)
{
    enum { DAY_S = 86400 };
    guint64 seconds = 0;
    while (g_ascii_isspace(*value))
        value++;
    const char *end = value;
    for (; g_ascii_isdigit(*end); end++)
        seconds = MIN(seconds * 10 + (guint64)(*end - '0'), DAY_S);
    /* a comment or parameters may follow */
    return !*end || *end == ';' || g_ascii_isspace(*end) ? (unsigned)seconds : 0;
}

bool rtsp_list_has(const char *value, const char *method)
{
    g_auto(GStrv) items = g_strsplit_set(value, ", ", 64);
    for (char **item = items; *item; item++)
        if (!g_ascii_strcasecmp(g_strstrip(*item), method))
            return true;
    return false;
}
