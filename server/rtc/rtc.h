/* Sound and pictures of meetings over a Janus (its VideoRoom): rooms, seats in them, what they send
 * and receive, recordings. Loop thread only; texts are borrowed during the call.
 *
 * A seat is in one room or in none; each room is a room of Janus with secrets of its own, made with
 * its first seat and destroyed after its last. A browser names seats and kinds of streams alone.
 * Nothing outlives the session with Janus: after state(true) everything is asked anew. */
#pragma once
#include "common/loop.h"
#include <jansson.h>

struct rtc;

/* What a seat may send. */
struct rtc_may {
    bool talk, camera, screen;
};

enum rtc_recording { RTC_RECORDING_OFF, RTC_RECORDING_ON, RTC_RECORDING_FAILED };

struct rtc_ops {
    /* Janus is there, or not; `why` is for people of the house. */
    void (*state)(bool ready, const char *why, gpointer user);
    /* A message {"t":"rtc",…} for a seat's browser; takes it. */
    void (*send)(const char *seat, json_t *message, gpointer user);
    /* Its sound or picture comes, or no more. */
    void (*media)(const char *seat, bool up, gpointer user);
    /* What is true of a recording now; `error` NULL or a code: "disk_full", "media_away",
     * "not_written", "nobody_sends",
     * "no_folder". */
    void (*recording)(const char *meeting, const char *room, enum rtc_recording state,
                      const char *error, gpointer user);
    /* What was recorded of a meeting until it was closed has become one file, to be taken away and
     * then given back by rtc_taken(); without that it is told again at the next start. `about`,
     * borrowed: {"meeting","room","bytes","sha256","seconds","parts":[{"from_us","to_us","at_s"}],
     * "tracks":[{"seat","kind","from_us","to_us","at_s"}]}. */
    void (*recorded)(const char *file, const json_t *about, gpointer user);
};

struct rtc_options {
    struct loop *loop;
    const json_t *config; /* the whole, borrowed */
    const char *program;  /* makes one file of a recording; path, copied; NULL: none is made */
    guint64 most_bytes;   /* of that file; the longer it is, the coarser its pictures; 0: any */
    const struct rtc_ops *ops;
    gpointer user;
};

/* Begins to connect; NULL: the configuration is wrong. With an empty rtc.url it is never ready. */
struct rtc *rtc_create(const struct rtc_options *options, GError **error);
void rtc_destroy(struct rtc *rtc); /* NULL is fine */

struct rtc_stats {
    bool configured, ready;
    const char *why; /* not ready; "" otherwise; borrowed */
    guint rooms, seats, sending, receiving, recording;
};
void rtc_stats(const struct rtc *rtc, struct rtc_stats *stats);

/* As in mediation/media_ops.h. */
void rtc_join(struct rtc *rtc, const char *meeting, const char *seat, const char *room,
              const struct rtc_may *may);
void rtc_move(struct rtc *rtc, const char *seat, const char *room, const struct rtc_may *may);
void rtc_leave(struct rtc *rtc, const char *seat);
void rtc_allow(struct rtc *rtc, const char *seat, const struct rtc_may *may);
const char *rtc_message(struct rtc *rtc, const char *seat, const json_t *message, const char **zh,
                        const char **en);
/* What was asked for ends with Janus: once it is back, it is to be asked for again. */
void rtc_record(struct rtc *rtc, const char *meeting, const char *room, bool on);
void rtc_close(struct rtc *rtc, const char *meeting);
/* What was told by recorded() is kept elsewhere: it goes, with all it was made of. */
void rtc_taken(const char *file);
