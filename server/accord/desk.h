/* What people with an account, guests and the public ask of agreements by REST. Loop thread. */
#pragma once
#include "accord/accord.h"
#include "accord/template.h"
#include "common/loop.h"
#include "net/net.h"

struct accord_desk;

typedef bool (*accord_look_fn)(struct store_tx *tx, const struct accord_meeting *meeting,
                               const struct accord_seat *seat, gpointer data, GError **error);
struct accord_desk_hooks {
    /* Inside a store_fn: calls `fn` with the meeting and the seat of that account in it; `meeting`
     * NULL: `who` is the seat of a guest. STORE_ERROR_NOT_FOUND: there is none, or it is gone. */
    bool (*look)(struct store_tx *tx, const char *meeting, const char *who, accord_look_fn fn,
                 gpointer data, gpointer user, GError **error);
    /* Inside a write store_fn: puts it on the meeting's record and the audit log; `seat` NULL: the
     * server. */
    bool (*note)(struct store_tx *tx, const char *meeting, const char *seat,
                 const struct identity_actor *actor, const char *action, const json_t *details,
                 gint64 now_us, gpointer user, GError **error);
    /* On the loop: its texts are other ones now. */
    void (*changed)(const char *meeting, gpointer user);
    /* Inside a write store_fn: a message to the telephones of everybody of the sides, once for each
     * `once`. NULL: nobody is written to. */
    bool (*write_to_sides)(struct store_tx *tx, const char *meeting, const char *kind,
                           const char *once, gint64 due_us, gint64 now_us, gpointer user,
                           GError **error);
    /* On the loop: keeps that paper with the case of the meeting, or the meeting. `also` runs in
     * the transaction that records it (*skip: it is there already); `done` is called once, later,
     * on the loop. NULL: nothing is kept. */
    void (*keep)(const char *meeting, const char *name, GBytes *pdf, const json_t *about,
                 bool (*also)(struct store_tx *tx, const char *meeting, const json_t *about,
                              bool *skip, GError **error),
                 void (*done)(bool kept, gpointer data), gpointer data, gpointer user);
    /* Inside a write store_fn, now and then: what cases say of judicial confirmation goes into
     * their agreements (accord_court()); adds the meetings to `told`, owned texts. NULL: no cases.
     */
    bool (*catch_up)(struct store_tx *tx, GPtrArray *told, gpointer user, GError **error);
    void (*settle)(gpointer user); /* blocks until all that keep() took is told; NULL: no keep */
    struct accord_hooks acts;
    gpointer user;
};
struct accord_desk_options { /* borrowed; they outlive the desk */
    struct loop *loop;
    struct store *store;
    struct identity *identity;
    struct net *net;
    const struct templates *templates;
    const char *url; /* that the QR code leads to */
    struct accord_desk_hooks hooks;
};
struct accord_desk *accord_desk_create(const struct accord_desk_options *options);
void accord_desk_destroy(struct accord_desk *desk); /* NULL is fine */
