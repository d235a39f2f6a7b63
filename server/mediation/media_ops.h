/* What rooms of meetings (server/mediation) ask of whoever carries their sound and pictures
 * (server/rtc), and what that tells back. The two never see each other: server/app joins them. Loop
 * thread only; texts are borrowed during the call; ids of seats are unique over all meetings.
 *
 * The rooms decide, the media obey: a seat is in one room or in none, and what it sends goes to
 * that room alone. Which packets go where is never said by a browser. Everything asked here is
 * asked again, whole, after media_ready(true): whoever carries the media keeps nothing over a
 * restart. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* What a seat may send. An observer may nothing. */
struct mediation_may {
    bool talk;   /* sound; false: muted by the mediator, or without a voice */
    bool camera; /* its own picture */
    bool screen; /* a shared screen */
};

struct mediation_media_ops {
    /* The seat comes into a room ("joint", "side:a" …) from none. The room is made with its first
     * seat and destroyed after its last one. */
    void (*join)(const char *meeting, const char *seat, const char *room,
                 const struct mediation_may *may, gpointer media);
    /* From one room into another: what it sends stops in the old one before it may go to the new
     * one, what it received there ends. */
    void (*move)(const char *seat, const char *room, const struct mediation_may *may,
                 gpointer media);
    /* Into no room: lobby, left, removed, adjourned. An unknown seat is fine. */
    void (*leave)(const char *seat, gpointer media);
    /* It may send other things than before, in the room where it is. */
    void (*allow)(const char *seat, const struct mediation_may *may, gpointer media);
    /* Its browser is connected (again) or not. Away is not gone: for 60 s the seat stays in its
     * room, then leave() follows. */
    void (*link)(const char *seat, bool up, gpointer media);
    /* A message {"t":"rtc",…} of its browser; borrowed. Returned: NULL, or a static code why it was
     * refused ("bad_message", "no_right", "no_room", "no_media") with *zh and *en. */
    const char *(*message)(const char *seat, const json_t *message, const char **zh,
                           const char **en, gpointer media);
    /* Records this room, or no more. Told back by mediation_media_recording(). */
    void (*record)(const char *meeting, const char *room, bool on, gpointer media);
    /* The meeting is over or adjourned: nothing of it is left. */
    void (*close)(const char *meeting, gpointer media);
};

/* --- told back by the functions of mediation/mediation.h */

enum mediation_recording {
    MEDIATION_RECORDING_OFF,    /* stopped, all that was recorded is on disk */
    MEDIATION_RECORDING_ON,     /* confirmed, and the files grow */
    MEDIATION_RECORDING_FAILED, /* wanted, but nothing is recorded: disk full, Janus gone … */
};
