/* The camera list: which number shows what. Pure; any thread. */
#pragma once
#include "simcams/packetise.h"

struct roster_row {
    char *id;        /* what the town calls the camera; never NULL */
    unsigned number; /* its number in the URL and the stamp, from 1 */
    char *scene;     /* NULL: chosen by the seed */
    char *file;      /* NULL: a scene's clips */
    bool has_codec;
    enum codec codec;
};

/* Parses CSV with a head row naming some of id, number, scene, codec, file (number is needed;
 * others are ignored). Fields may be quoted. Returns owned struct roster_row*, or NULL and an
 * `error` that names the line. */
GPtrArray *roster_parse(const char *text, size_t size_bytes, GError **error);
