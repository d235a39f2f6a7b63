/* Meetings in this program: rooms, their joint texts, and what both ask of others. Loop thread. */
#pragma once
#include "app/meet_mediation.h"

struct meetings;

struct meetings_options { /* borrowed; they outlive the meetings */
    struct loop *loop;
    const json_t *config;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct intake *intake;
    struct attachments *attachments;
    struct notify *notify;
};
/* NULL + error. */
struct meetings *meetings_create(const struct meetings_options *options, GError **error);
void meetings_destroy(struct meetings *meetings); /* NULL is fine */
/* Borrowed. */
struct mediation *meetings_mediation(const struct meetings *meetings);
