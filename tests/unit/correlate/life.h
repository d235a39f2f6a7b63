/* Any bytes as a course of events, acts, cases and time, with the model checked on the way. */
#pragma once
#include "scene.h"

enum { LIFE_STEP = 8 }; /* bytes of a step */

struct life {
    struct scene *scene;
    int64_t at_us;
    GPtrArray *alerts;     /* ids in the order in which they were made; those forgotten too */
    GPtrArray *situations; /* the same */
    GHashTable *known;     /* ids of both */
    GHashTable *by_hand;   /* situations that people put alerts into */
    GHashTable *cases;     /* id → struct open_case *, as told last */
    GHashTable *devices;   /* id → struct known_device * */
    GHashTable *kept; /* id → what a store has of it: as it was when a decision named it last */
    GString *said;    /* every decision as a line */
    guint64 counted;  /* events that alerts count */
    guint number;
};

struct life *life_new(void);
void life_free(struct life *life);
/* One step, and its invariants. */
void life_step(struct life *life, const uint8_t bytes[LIFE_STEP]);
/* Everything about the model that holds at any time. */
void life_check(const struct life *life);
/* Another life with the same past, whose model comes from what a store would have kept. */
struct life *life_reload(struct life *life);
