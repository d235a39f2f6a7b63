/* The town's ground: its areas and its base map, from the folder of docs/town-format.md. Loop
 * thread only. */
#pragma once
#include "common/loop.h"
#include "control/control.h"
#include "net/net.h"
#include "store/store.h"
#include <jansson.h>

#define PLACE_ERROR (g_quark_from_static_string("townwall-place"))

struct place;
struct ground;

struct place_options { /* all borrowed; they outlive the place */
    struct loop *loop;
    struct store *store;
    struct net *net;
    struct control *control;
    const char *dir;     /* folder of the town; without town.json there is no town yet */
    const char *version; /* of the program, shown by /api/v1/town */
};

/* Reads and checks the folder, brings the areas into the store, registers routes and commands.
 * NULL: `error` names file, feature and fault. */
struct place *place_create(const struct place_options *options, GError **error);
/* NULL is fine. Before net and store. */
void place_destroy(struct place *place);

/* "清溪镇"; "" when there is no town yet. Borrowed. */
const char *place_name(const struct place *place);
/* What lies where (place/ground.h); never NULL. Borrowed; ground_ref() for other threads. */
struct ground *place_ground(const struct place *place);
/* Number of areas of a level ("town", "village", "community", "cell"). */
guint place_count(const struct place *place, const char *level);
