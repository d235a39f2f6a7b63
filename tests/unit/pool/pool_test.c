/* Entries of the lists of rooms, teams and mediators: what is taken, and when a room is open. */
#include "pool/pool_entry.h"

static json_t *parse(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    g_assert_nonnull(json);
    return json;
}

static const char *fault_of(enum pool_kind kind, const char *text)
{
    const char *path = NULL;
    json_t *body = parse(text), *entry = pool_entry_read(kind, body, &path);
    g_assert_true((entry == NULL) == (path != NULL));
    json_decref(entry);
    json_decref(body);
    return path;
}

static void fields(void)
{
    static const struct {
        enum pool_kind kind;
        const char *text, *fault;
    } cases[] = {
        {POOL_ROOM, "{\"name\":\"镇调解室\",\"address\":\"文昌路 1 号\"}", NULL},
        {POOL_ROOM, "{\"name\":\"镇调解室\"}", "address"},
        {POOL_ROOM, "{\"name\":\"a\\nb\",\"address\":\"x\"}", "name"},
        {POOL_ROOM, "{\"name\":\"a\",\"address\":\"x\",\"lon\":120}", "lon"},
        {POOL_ROOM, "{\"name\":\"a\",\"address\":\"x\",\"lon\":120,\"lat\":91}", "lon"},
        {POOL_ROOM, "{\"name\":\"a\",\"address\":\"x\",\"seats\":-1}", "seats"},
        {POOL_ROOM, "{\"name\":\"a\",\"address\":\"x\",\"area\":\"33\"}", "area"},
        {POOL_ROOM, "{\"name\":\"a\",\"address\":\"x\",\"equipment\":[\"sauna\"]}", "equipment"},
        {POOL_ROOM, "{\"name\":\"a\",\"address\":\"x\",\"closed\":[\"2026-02-30\"]}", "closed"},
        {POOL_ROOM,
         "{\"name\":\"a\",\"address\":\"x\",\"hours\":[{\"day\":1,\"from\":\"9:00\",\"to\":\"17:"
         "00\"}]}",
         "hours"},
        {POOL_ROOM,
         "{\"name\":\"a\",\"address\":\"x\",\"hours\":[{\"day\":1,\"from\":\"17:00\",\"to\":\"09:"
         "00\"}]}",
         "hours"},
        {POOL_TEAM, "{\"name\":\"老娘舅\",\"kind\":\"personal\",\"members\":[\"u1\"]}", NULL},
        {POOL_TEAM, "{\"name\":\"x\",\"kind\":\"secret\"}", "kind"},
        {POOL_TEAM, "{\"name\":\"x\",\"members\":\"u1\"}", "members"},
        {POOL_MEDIATOR, "{\"disputes\":[\"neighbour\"],\"active\":false}", NULL},
        {POOL_MEDIATOR, "{\"active\":\"yes\"}", "active"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(fault_of(cases[i].kind, cases[i].text), ==, cases[i].fault);
    g_assert_true(pool_id_good("hall-2"));
    g_assert_false(pool_id_good(""));
    g_assert_false(pool_id_good("a/b"));
}

/* Of a day of 2026 in UTC. */
static gint64 at(int month, int day, int hour, int minute)
{
    g_autoptr(GDateTime) time = g_date_time_new_utc(2026, month, day, hour, minute, 0);
    return g_date_time_to_unix(time) * G_USEC_PER_SEC;
}

static void hours(void)
{
    const char *path;
    json_t *body = parse("{\"name\":\"a\",\"address\":\"x\",\"closed\":[\"2026-11-30\"],\"hours\":["
                         "{\"day\":1,\"from\":\"08:30\",\"to\":\"12:00\"},"
                         "{\"day\":1,\"from\":\"20:00\",\"to\":\"24:00\"}]}");
    json_t *room = pool_entry_read(POOL_ROOM, body, &path);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GTimeZone) china = g_time_zone_new_identifier("+08:00");
    /* 2026-11-23 is a Monday */
    g_assert_true(pool_room_open(room, at(11, 23, 8, 30), at(11, 23, 12, 0), utc));
    g_assert_false(pool_room_open(room, at(11, 23, 8, 29), at(11, 23, 9, 0), utc));
    g_assert_false(pool_room_open(room, at(11, 23, 11, 0), at(11, 23, 12, 1), utc));
    g_assert_true(pool_room_open(room, at(11, 23, 0, 30), at(11, 23, 4, 0), china));
    g_assert_true(pool_room_open(room, at(11, 23, 23, 0), at(11, 24, 0, 0), utc));
    g_assert_false(pool_room_open(room, at(11, 23, 23, 0), at(11, 24, 0, 30), utc));
    g_assert_false(pool_room_open(room, at(11, 24, 9, 0), at(11, 24, 10, 0), utc));
    g_assert_false(pool_room_open(room, at(11, 30, 9, 0), at(11, 30, 10, 0), utc));
    json_object_set_new(room, "hours", json_array());
    g_assert_true(pool_room_open(room, at(11, 24, 3, 0), at(11, 24, 4, 0), utc));
    g_assert_false(pool_room_open(room, at(11, 30, 3, 0), at(11, 30, 4, 0), utc));
    json_object_set_new(room, "active", json_false());
    g_assert_false(pool_room_open(room, at(11, 24, 3, 0), at(11, 24, 4, 0), utc));
    json_decref(room);
    json_decref(body);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pool/fields", fields);
    g_test_add_func("/pool/hours", hours);
    return g_test_run();
}
