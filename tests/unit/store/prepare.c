/* Prepares statements on a store: `store_prepare WHERE`, on standard input one JSON object a line,
 * {"sql","types"}. Prints a line for each that the engine refuses; exit 1 when there was one. */
#include "store/engine.h"
#include <jansson.h>
#include <stdio.h>

static bool prepare(struct store_tx *tx, const char *sql, const char *types)
{
    GError *error = NULL;
    struct engine_stmt *stmt = NULL;
    if (engine_begin(tx->engine, false, &error))
        stmt = engine_prepare(tx->engine, sql, types, &error);
    bool good = stmt != NULL;
    if (!good)
        printf("%s\n    types \"%s\"\n", error->message, types);
    g_clear_error(&error);
    engine_finalize(stmt);
    engine_rollback(tx->engine);
    return good;
}

int main(int argc, char **argv)
{
    GError *error = NULL;
    struct store_options options = {.path = argc > 1 ? argv[1] : ""};
    struct store *store = store_open(&options, &error);
    struct store_tx *tx = store ? tx_open(argv[1], true, &error) : NULL;
    if (!tx) {
        fprintf(stderr, "%s\n", error->message);
        return 2;
    }
    bool good = true;
    json_t *line;
    while ((line = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, NULL))) {
        good &= prepare(tx, json_string_value(json_object_get(line, "sql")),
                        json_string_value(json_object_get(line, "types")));
        json_decref(line);
    }
    tx_close(tx);
    store_close(store);
    return good ? 0 : 1;
}
