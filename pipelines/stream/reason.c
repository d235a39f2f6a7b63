#include "stream/reason.h"
#include <string.h>

static const char *const codes[REASON_COUNT] = {
    [REASON_UNREACHABLE] = "unreachable",
    [REASON_WRONG_PASSWORD] = "wrong_password",
    [REASON_LIMIT_REACHED] = "limit_reached",
    [REASON_REFUSED] = "refused",
    [REASON_NO_DATA] = "no_data",
    [REASON_PROTOCOL] = "protocol",
    [REASON_NO_VIDEO] = "no_video",
    [REASON_CANNOT_DECODE] = "cannot_decode",
    [REASON_DECODER_CRASHED] = "decoder_crashed",
    [REASON_FROZEN] = "frozen",
    [REASON_BLACK] = "black",
    [REASON_PIPELINE] = "pipeline",
    [REASON_BAD_URL] = "bad_url",
    [REASON_WRONG_CERTIFICATE] = "wrong_certificate",
};

const char *reason_code(enum reason reason)
{
    return codes[reason];
}

enum reason reason_from_code(const char *code)
{
    if (!code)
        return REASON_NONE;
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++)
        if (!strcmp(codes[i], code))
            return (enum reason)i;
    return REASON_PIPELINE;
}
