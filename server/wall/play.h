/* One stream of one seat: what `play` asked for, until it is stopped, replaced or ends. Loop thread
 * only. */
#pragma once
#include "wall/wall_private.h"

#define PLAY_LIMIT 64 /* streams a seat */

struct play_request {
    guint stream; /* 1–65535 */
    const char *camera;
    const char *profile, *rung, *format; /* static */
    bool h265;                           /* the client can decode it */
};

/* Pure. Reads a `play` command; strings are borrowed from `message`. false: *zh, *en (static) say
 * what is wrong. */
bool play_request_read(const json_t *message, struct play_request *request, const char **zh,
                       const char **en);

struct play;
/* Checks rights and reason; a live view is on record from here on, for one of keyframes see
 * play_record(). NULL: *code (static) says why. */
struct play *play_create(struct wall *wall, struct net_client *client,
                         const struct play_request *request, const char **code);
/* The stream ended by itself and its client was told: nothing will come any more. */
bool play_is_over(const struct play *play);
guint play_stream(const struct play *play);
guint32 play_handle(const struct play *play); /* of its camera */
/* Opens the view's record where there is none: for keyframes of a camera that no record of the seat
 * tells of. */
void play_record(struct play *play);
/* The camera's fields changed: may this client still watch it? */
bool play_may(const struct play *play);

/* Closes the view's record; before play_destroy(). */
void play_end(struct play *play, const char *why);
void play_destroy(struct play *play);

/* Appends at most one message to `frame`. */
bool play_pull(struct play *play, struct net_frame *frame);

/* {"t":"ended"}; `detail` may be NULL. */
void play_send_ended(struct net_client *client, guint stream, const char *code, const char *detail);
