/* All feeds: in memory, each also a row of the store. Loop thread only. */
#pragma once
#include "identity/identity.h"
#include "intake/feed.h"
#include "intake/secret.h"
#include "store/store.h"

struct feeds;

struct feeds_options { /* borrowed; they outlive the feeds */
    struct store *store;
    GMainContext *context;
    const char *key_file;    /* of intake/secret.h */
    char *const *file_roots; /* of intake/file_roots.h */
};
/* Loads them (blocking: start-up). NULL + error. */
struct feeds *feeds_create(const struct feeds_options *options, GError **error);
void feeds_destroy(struct feeds *feeds); /* NULL is fine */

/* What seals their secrets; borrowed. */
const struct secret_box *feeds_box(const struct feeds *feeds);

/* Borrowed until the next change; NULL: there is none. */
struct feed *feeds_find(struct feeds *feeds, const char *id);
/* In the order of their ids. Returned: array of borrowed struct feed, g_ptr_array_unref(). */
GPtrArray *feeds_all(struct feeds *feeds);

/* Told after a feed was made, changed or removed (`feed` NULL), so that whoever listens to a broker
 * begins anew. Several may ask. */
typedef void (*feeds_changed_fn)(const char *id, struct feed *feed, gpointer user);
void feeds_on_change(struct feeds *feeds, feeds_changed_fn fn, gpointer user);

void feeds_off_change(struct feeds *feeds, feeds_changed_fn fn, gpointer user);

/* Why a feed was not saved: `field` NULL: none in particular; static texts but for `detail`. */
struct feeds_problem {
    const char *code, *field, *zh, *en;
    char *detail; /* NULL, or more of it in English; borrowed */
};
/* `feed` is borrowed, NULL with `problem`; `secret` (borrowed) is a key that was just made, to be
 * shown once, else NULL. */
typedef void (*feeds_saved_fn)(const struct feeds_problem *problem, struct feed *feed,
                               const char *secret, gpointer user);

/* Makes or changes one from JSON as REST has it: {"id","kind","name":{"zh","en"},"dimension",
 * "mapping","settings","secret","rate_per_s","enabled","version"}, absent ones as they were. A new
 * one of kind http or cap gets a key. Takes `actor`. `done` is called once, later; changes are in
 * memory when they are on disk. */
void feeds_add(struct feeds *feeds, struct identity_actor *actor, const json_t *fields,
               feeds_saved_fn done, gpointer user);
void feeds_change(struct feeds *feeds, struct identity_actor *actor, const char *id,
                  const json_t *fields, feeds_saved_fn done, gpointer user);
/* A new key; the old one is no longer good. */
void feeds_rotate(struct feeds *feeds, struct identity_actor *actor, const char *id,
                  feeds_saved_fn done, gpointer user);
void feeds_remove(struct feeds *feeds, struct identity_actor *actor, const char *id,
                  feeds_saved_fn done, gpointer user);
/* The feed of that name, made (of kind internal) when there is none. Returned: borrowed; NULL: the
 * name is no id. At once in memory, on disk later. */
struct feed *feeds_internal(struct feeds *feeds, const char *id);

/* --- position of a feed that we ask */
/* Returned: borrowed, "" when it never was read. */
const char *feeds_cursor(struct feeds *feeds, const char *id);
/* On disk when `done` (may be NULL) is called with true. */
void feeds_set_cursor(struct feeds *feeds, const char *id, const char *cursor,
                      void (*done)(bool saved, gpointer user), gpointer user);
