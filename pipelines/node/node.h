/* townwall-media as one object: cameras, the link, what is told. The only file that knows every
 * module. Loop thread. */
#pragma once
#include "common/loop.h"
#include "node/settings.h"

struct node;

struct node_options {
    const struct settings *settings; /* borrowed for the node's life */
    const char *cameras_csv;         /* text; NULL: cameras come over the link */
    bool stats_to_stdout;            /* a line of JSON each second */
    bool pictures;                   /* decode keyframes; off only to measure */
};

struct node *node_create(struct loop *loop, const struct node_options *options, GError **error);
void node_destroy(struct node *node); /* NULL is fine */
