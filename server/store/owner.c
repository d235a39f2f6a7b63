#include "store/owner.h"
#include "store/changes.h"
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

/* Of pg_advisory_lock(): any number that others do not use. */
#define LOCK_KEY G_GINT64_CONSTANT(0x746f776e77616c6c)
/* The server needs a moment to see that a killed program's connection ended. */
#define PATIENCE_US (5 * G_USEC_PER_SEC)

/* The lock lies beside the database, because closing a descriptor of the database itself would drop
 * SQLite's. */
static bool lock_beside(struct owner *owner, const char *path, GError **error)
{
    g_autofree char *name = g_strconcat(path, ".lock", NULL);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
        owner->lock_fd = fd;
        return true;
    }
    g_set_error(error, STORE_ERROR, fd < 0 ? STORE_ERROR_FAILED : STORE_ERROR_BUSY, "%s: %s", name,
                fd < 0 ? g_strerror(errno) : "another townwall has this database open");
    if (fd >= 0)
        close(fd);
    return false;
}

static bool lock_connection(struct store_tx *tx, GError **error)
{
    gint64 until_us = g_get_monotonic_time() + PATIENCE_US;
    for (;;) {
        gint64 got = 0;
        if (!store_query_int(tx, error, &got, NULL,
                             "SELECT CASE WHEN pg_try_advisory_lock(?) THEN 1 ELSE 0 END", "i",
                             LOCK_KEY))
            return false;
        if (got)
            return true;
        if (g_get_monotonic_time() > until_us)
            break;
        g_usleep(100000);
    }
    g_set_error(error, STORE_ERROR, STORE_ERROR_BUSY, "another townwall has this database open");
    return false;
}

bool owner_lock(struct owner *owner, struct store_tx *tx, const char *where, GError **error)
{
    if (engine_kind_of(where) == ENGINE_SQLITE)
        return lock_beside(owner, engine_path_of(where), error);
    return lock_connection(tx, error);
}

static bool read_number(struct store_tx *tx, gint64 *number, GError **error)
{
    return store_query_int(tx, error, number, NULL,
                           "SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'owner'", "");
}

bool owner_enter(struct owner *owner, struct store_tx *tx, GError **error)
{
    if (!changes_position(tx, &tx->epoch, &tx->seq, error))
        return false;
    if (engine_kind(tx->engine) == ENGINE_SQLITE)
        return true;
    return store_exec(tx, error,
                      "INSERT INTO setting (name, value) VALUES ('owner', '1') ON CONFLICT (name)"
                      " DO UPDATE SET value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT)",
                      "") &&
           read_number(tx, &owner->number, error);
}

bool owner_return(struct owner *owner, struct store_tx *tx, GError **error)
{
    gint64 number, epoch, seq;
    if (engine_kind(tx->engine) == ENGINE_SQLITE)
        return true;
    if (!lock_connection(tx, error) || !read_number(tx, &number, error) ||
        !changes_position(tx, &epoch, &seq, error))
        return false;
    if (number == owner->number && epoch == tx->epoch && seq == tx->seq)
        return true;
    g_set_error(error, STORE_ERROR, STORE_ERROR_LOST,
                "the database is not as this program left it: another one wrote, or it was"
                " replaced");
    return false;
}

void owner_unlock(struct owner *owner)
{
    if (owner->lock_fd >= 0)
        close(owner->lock_fd);
    owner->lock_fd = -1;
}
