#include "gst/gst_reason.h"
#include <gst/gst.h>
#include <string.h>

struct rule {
    GQuark (*domain)(void);
    int code;
    const char *text; /* part of the message; NULL: any */
    const char *reason;
};

/* The first that fits counts. Texts: GStreamer's sources give one code for several causes. */
static const struct rule rules[] = {
    {gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_AUTHORIZED, NULL, "wrong_password"},
    {gst_resource_error_quark, -1, "esolve", "unreachable"},
    {gst_resource_error_quark, -1, "onnect", "unreachable"},
    {gst_resource_error_quark, -1, "imed out", "unreachable"},
    {gst_resource_error_quark, -1, "imeout", "unreachable"},
    {gst_resource_error_quark, -1, "orbidden", "wrong_password"},
    {gst_resource_error_quark, -1, "nauthorized", "wrong_password"},
    {gst_resource_error_quark, -1, "ervice Unavailable", "limit_reached"},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_FOUND, NULL, "refused"},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_READ, NULL, "refused"},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_READ, NULL, "no_data"},
    {gst_resource_error_quark, GST_RESOURCE_ERROR_BUSY, NULL, "limit_reached"},
    {gst_stream_error_quark, GST_STREAM_ERROR_TYPE_NOT_FOUND, NULL, "no_video"},
    {gst_stream_error_quark, GST_STREAM_ERROR_WRONG_TYPE, NULL, "no_video"},
    {gst_stream_error_quark, GST_STREAM_ERROR_CODEC_NOT_FOUND, NULL, "cannot_decode"},
    {gst_stream_error_quark, GST_STREAM_ERROR_DECODE, NULL, "cannot_decode"},
    {gst_stream_error_quark, GST_STREAM_ERROR_DECRYPT, NULL, "cannot_decode"},
    {gst_stream_error_quark, GST_STREAM_ERROR_DEMUX, NULL, "protocol"},
    {gst_stream_error_quark, GST_STREAM_ERROR_FORMAT, NULL, "protocol"},
    {gst_core_error_quark, GST_CORE_ERROR_MISSING_PLUGIN, "URI", "bad_url"},
    {gst_core_error_quark, GST_CORE_ERROR_MISSING_PLUGIN, NULL, "no_video"},
};

const char *gst_reason_code(const GError *error, bool from_source, bool had_data)
{
    /* all that some sources say when a connection cannot be made or breaks */
    if (from_source && g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED))
        return had_data ? "no_data" : "unreachable";
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        const struct rule *rule = &rules[i];
        if (error->domain == rule->domain() && (rule->code < 0 || rule->code == error->code) &&
            (!rule->text || strstr(error->message, rule->text)))
            return rule->reason;
    }
    return "pipeline";
}
