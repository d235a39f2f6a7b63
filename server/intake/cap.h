/* A message of the Common Alerting Protocol 1.2 (OASIS; 1.1 is taken too), read with libxml2:
 * nothing is fetched, no document type, no entity but the five of XML. Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAP_MAX_BYTES ((size_t)1 << 20)

struct cap_pair { /* eventCode, parameter, geocode */
    char *name, *value;
};
struct cap_circle {
    double lon, lat, radius_m;
};
struct cap_area {
    char *description;
    GPtrArray *polygons; /* GArray of double: lon, lat, lon, lat …, closed */
    GArray *circles;     /* struct cap_circle */
    GArray *geocodes;    /* struct cap_pair */
};
struct cap_info {
    char *language, *event, *urgency, *severity, *certainty;
    char *sender_name, *headline, *description, *instruction, *web, *audience; /* NULL: none */
    GPtrArray *categories;                                                     /* texts */
    GPtrArray *responses;                                                      /* texts */
    GArray *codes, *parameters;                                                /* struct cap_pair */
    int64_t effective_us, onset_us, expires_us;                                /* 0: none */
    GPtrArray *areas;                                                          /* struct cap_area */
};
struct cap_alert {
    char *identifier, *sender, *status, *type, *scope, *source, *note;
    int64_t sent_us;
    GPtrArray *references; /* of texts "sender,identifier" */
    GPtrArray *infos;      /* struct cap_info */
    bool is_signed;        /* it has an XML signature, which nobody checked */
};

/* Returned: owned by the caller; NULL + error whose message is "ELEMENT: what is wrong"; *zh (may
 * be NULL) gets the same in Chinese, static. */
struct cap_alert *cap_read(const char *data, size_t size, const char **zh, GError **error);
void cap_free(struct cap_alert *alert); /* NULL is fine */
