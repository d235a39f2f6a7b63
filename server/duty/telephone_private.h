/* Shared by telephone.c and telephone_api.c. */
#pragma once
#include "duty/telephone.h"

struct telephone {
    struct duty *duty;
    struct topic *topic;
    GHashTable *systems;    /* digest of the key → id */
    GHashTable *extensions; /* extension → id of the user */
    GHashTable *calls;      /* "SYSTEM CALL" → struct ringing */
    guint sweep;
    double tokens; /* of the rate of all systems together */
    gint64 tokens_us;
    guint64 told, refused;
    gint64 refused_us;
    char refused_from[48]; /* address, its end masked */
};

/* Tells it to whoever sits there. Returned: whether somebody does. */
bool telephone_tell(struct telephone *telephone, const char *system, const struct call *call,
                    gint64 now_us);
/* Reads systems and extensions anew. Inside a store_fn / on the loop. */
bool telephone_load(struct store_tx *tx, GHashTable *systems, GHashTable *extensions,
                    GError **error);
void telephone_reload(struct telephone *telephone);
void telephone_add_routes(struct telephone *telephone);
