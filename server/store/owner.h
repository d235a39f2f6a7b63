/* Who may write: one program a database. A file is locked by a file beside it; a server's database
 * by a lock that the writing connection holds, so that it ends with the connection, and by a number
 * that rises with each owner, so that one that comes back sees that there was another meanwhile. */
#pragma once
#include "store/engine.h"

struct owner {
    int lock_fd;   /* -1: none */
    gint64 number; /* PostgreSQL: ours */
};

/* Before the database is touched. STORE_ERROR_BUSY: another program has it. */
bool owner_lock(struct owner *owner, struct store_tx *tx, const char *where, GError **error);
/* Takes the number and tx->epoch, tx->seq; inside a transaction, after the migrations. */
bool owner_enter(struct owner *owner, struct store_tx *tx, GError **error);
/* On a new connection after one was lost. STORE_ERROR_LOST: somebody else has written. */
bool owner_return(struct owner *owner, struct store_tx *tx, GError **error);
void owner_unlock(struct owner *owner);
