/* A room, as a meeting asks for it. */
#include "pool/pool.h"
#include "pool/pool_entry.h"

bool pool_room_fits(struct store_tx *tx, const char *id, gint64 starts_us, gint64 ends_us,
                    enum pool_fit *fit, json_t **room, GError **error)
{
    GError *bad = NULL;
    *room = NULL;
    *fit = POOL_UNKNOWN;
    store_rows_auto rows = store_query(
        tx, error, "SELECT body FROM pool_entry WHERE kind = 'room' AND id = ?", "s", id);
    if (rows && store_rows_next(rows, &bad))
        *room = json_loads(store_text(rows, 0), 0, NULL);
    if (bad)
        g_propagate_error(error, bad);
    if (*room) {
        g_autoptr(GTimeZone) zone = g_time_zone_new_local();
        *fit = pool_room_open(*room, starts_us, ends_us, zone) ? POOL_FITS : POOL_CLOSED;
    }
    return rows && !bad;
}
