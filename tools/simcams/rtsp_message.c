#include "simcams/rtsp_message.h"
#include <glib.h>
#include <string.h>

bool span_is(struct span span, const char *text)
{
    return span.size_bytes == strlen(text) &&
           g_ascii_strncasecmp(span.text, text, span.size_bytes) == 0;
}

static struct span trim(const char *begin, const char *end)
{
    while (begin < end && (*begin == ' ' || *begin == '\t'))
        begin++;
    while (end > begin && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    return (struct span){begin, (size_t)(end - begin)};
}

/* Splits off everything before the first `separator`; the rest stays in *rest. */
static struct span split(struct span *rest, char separator)
{
    const char *end = rest->text + rest->size_bytes;
    const char *at = rest->size_bytes ? memchr(rest->text, separator, rest->size_bytes) : NULL;
    struct span part = trim(rest->text, at ? at : end);
    const char *next = at ? at + 1 : end;
    *rest = (struct span){next, (size_t)(end - next)};
    return part;
}

static bool span_to_unsigned(struct span span, unsigned max, unsigned *value)
{
    if (span.size_bytes == 0 || span.size_bytes > 9)
        return false;
    unsigned number = 0;
    for (size_t i = 0; i < span.size_bytes; i++) {
        if (!g_ascii_isdigit(span.text[i]))
            return false;
        number = number * 10 + (unsigned)(span.text[i] - '0');
    }
    *value = number;
    return number <= max;
}

struct span rtsp_header(const struct rtsp_input *input, const char *name)
{
    for (size_t i = 0; i < input->header_count; i++)
        if (span_is(input->headers[i].name, name))
            return input->headers[i].value;
    return (struct span){"", 0};
}

static bool parse_request_line(struct span line, struct rtsp_input *input)
{
    input->method = split(&line, ' ');
    input->url = split(&line, ' ');
    return input->method.size_bytes && input->url.size_bytes && line.size_bytes >= 5 &&
           g_ascii_strncasecmp(line.text, "RTSP/", 5) == 0;
}

static bool parse_head(struct span head, struct rtsp_input *input)
{
    struct span line = split(&head, '\n');
    if (!parse_request_line(line, input))
        return false;
    while (head.size_bytes) {
        line = split(&head, '\n');
        if (line.size_bytes == 0)
            continue;
        if (input->header_count == RTSP_HEADERS_MAX)
            return false;
        struct rtsp_header *header = &input->headers[input->header_count++];
        header->name = split(&line, ':');
        header->value = trim(line.text, line.text + line.size_bytes);
    }
    return true;
}

static long parse_interleaved(const char *data, size_t size_bytes, struct rtsp_input *input)
{
    if (size_bytes < 4)
        return 0;
    const size_t length = ((size_t)(uint8_t)data[2] << 8) | (uint8_t)data[3];
    if (size_bytes < 4 + length)
        return 0;
    input->kind = RTSP_INPUT_INTERLEAVED;
    input->channel = (uint8_t)data[1];
    input->payload = (struct span){data + 4, length};
    return (long)(4 + length);
}

long rtsp_input_parse(const char *data, size_t size_bytes, struct rtsp_input *input)
{
    size_t skipped = 0;
    while (skipped < size_bytes && (data[skipped] == '\r' || data[skipped] == '\n'))
        skipped++;
    data += skipped;
    size_bytes -= skipped;
    memset(input, 0, sizeof *input);
    if (size_bytes == 0)
        return 0;
    if (data[0] == '$') {
        const long taken = parse_interleaved(data, size_bytes, input);
        return taken ? taken + (long)skipped : 0;
    }
    if (!g_ascii_isalpha(data[0]))
        return -1;
    const char *blank = memmem(data, size_bytes, "\r\n\r\n", 4);
    if (!blank)
        return size_bytes > RTSP_REQUEST_MAX_BYTES ? -1 : 0;
    const size_t head_bytes = (size_t)(blank - data) + 4;
    input->kind = RTSP_INPUT_REQUEST;
    if (!parse_head((struct span){data, head_bytes}, input))
        return -1;
    unsigned body_bytes = 0;
    const struct span length = rtsp_header(input, "Content-Length");
    if (length.size_bytes && !span_to_unsigned(length, RTSP_REQUEST_MAX_BYTES, &body_bytes))
        return -1;
    if (size_bytes < head_bytes + body_bytes)
        return 0;
    input->body = (struct span){data + head_bytes, body_bytes};
    return (long)(skipped + head_bytes + body_bytes);
}

bool rtsp_target_parse(struct span url, struct rtsp_target *target)
{
    static const char mark[] = "/cam/";
    const char *at =
        url.size_bytes ? memmem(url.text, url.size_bytes, mark, sizeof mark - 1) : NULL;
    if (!at)
        return false;
    at += sizeof mark - 1;
    struct span rest = {at, (size_t)(url.text + url.size_bytes - at)};
    rest = split(&rest, '?');
    if (!span_to_unsigned(split(&rest, '/'), G_MAXINT, &target->camera) || target->camera == 0)
        return false;
    const struct span profile = split(&rest, '/');
    target->main = span_is(profile, "main");
    return target->main || span_is(profile, "sub");
}

/* "8" or "8-9"; the second number defaults to the first plus one. */
static bool parse_pair(struct span value, unsigned max, unsigned *first, unsigned *second)
{
    if (!span_to_unsigned(split(&value, '-'), max, first))
        return false;
    if (!span_to_unsigned(value, max, second))
        *second = *first + 1;
    return *second <= max;
}

static struct rtsp_transport parse_one_transport(struct span value)
{
    struct rtsp_transport transport = {.kind = TRANSPORT_NONE};
    const struct span protocol = split(&value, ';');
    if (span_is(protocol, "RTP/AVP/TCP"))
        transport.kind = TRANSPORT_TCP;
    else if (span_is(protocol, "RTP/AVP") || span_is(protocol, "RTP/AVP/UDP"))
        transport.kind = TRANSPORT_UDP;
    else
        return transport;
    while (value.size_bytes) {
        struct span rest = split(&value, ';');
        const struct span name = split(&rest, '=');
        unsigned first, second;
        if (span_is(name, "multicast")) {
            transport.kind = TRANSPORT_NONE;
        } else if (span_is(name, "interleaved") && parse_pair(rest, 255, &first, &second)) {
            transport.channel = (uint8_t)first;
        } else if (span_is(name, "client_port") && parse_pair(rest, 65535, &first, &second)) {
            transport.client_port = (uint16_t)first;
            transport.client_rtcp_port = (uint16_t)second;
        }
    }
    if (transport.kind == TRANSPORT_UDP && transport.client_port == 0)
        transport.kind = TRANSPORT_NONE;
    return transport;
}

struct rtsp_transport rtsp_transport_parse(struct span value)
{
    while (value.size_bytes) {
        const struct rtsp_transport transport = parse_one_transport(split(&value, ','));
        if (transport.kind != TRANSPORT_NONE)
            return transport;
    }
    return (struct rtsp_transport){.kind = TRANSPORT_NONE};
}
