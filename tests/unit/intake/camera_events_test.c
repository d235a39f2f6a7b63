/* Cameras that show nothing, told through the inner door, whatever the camera list holds of them.
 */
#include "inner_door.h"
#include "intake/camera_events.h"
#include "intake/prose.h"
#include <math.h>
#include <string.h>

#define CAMERAS 60

static struct camera_events *begin(struct inner_door *door)
{
    g_autoptr(GError) error = NULL;
    const struct camera_events_options options = {
        .loop = door->loop, .store = door->store, .intake = INNER_INTAKE(door), .settle_ms = 0};
    struct camera_events *events = camera_events_create(&options, &error);
    g_assert_no_error(error);
    return events;
}

static struct camera_news news_of(const char *id)
{
    return (struct camera_news){.id = id,
                                .name = "北门",
                                .host = "10.0.0.1",
                                .lon = 116.6,
                                .lat = 35.4,
                                .azimuth_deg = 90,
                                .fov_deg = 60,
                                .state = "down",
                                .reason = "unreachable",
                                .since_us = INT64_C(1795305600000000)};
}

static void tell(struct camera_events *events, const char *id)
{
    struct camera_news news = news_of(id);
    camera_events_tell(events, &news);
}

static bool all_told(struct inner_door *door)
{
    return door->events->len >= CAMERAS;
}

static void one_that_is_refused_takes_no_other_with_it(void)
{
    struct inner_door door;
    inner_door_open(&door);
    struct camera_events *events = begin(&door);
    for (guint i = 0; i <= CAMERAS; i++) {
        g_autofree char *id = i == CAMERAS / 2 ? g_strnfill(65, 'x') : g_strdup_printf("c%u", i);
        tell(events, id); /* no event takes a device of 65 letters */
    }
    inner_door_until(&door, all_told);
    g_assert_cmpuint(door.refused, >, 0);
    g_assert_cmpuint(door.events->len, ==, CAMERAS);
    for (guint i = 0; i < door.events->len; i++)
        g_assert_cmpint(((const struct event *)door.events->pdata[i])->kind, ==, EVENT_RAISED);
    camera_events_destroy(events);
    inner_door_close(&door);
}

static bool failed_once(struct inner_door *door)
{
    struct store_stats stats;
    store_stats(door->store, &stats);
    return stats.failed > 0;
}

static bool one_told(struct inner_door *door)
{
    return door->events->len == 1;
}

static bool one_saved_as_told(struct inner_door *door)
{
    return inner_door_int(door, "SELECT COUNT(*) FROM device_state WHERE raised=1 AND told=1") == 1;
}

/* What cannot be saved is neither told without its number nor forgotten. */
static void a_full_disk_is_waited_for(void)
{
    struct inner_door door;
    inner_door_open(&door);
    struct camera_events *events = begin(&door);
    inner_door_sql(&door, "CREATE TRIGGER full BEFORE INSERT ON device_state BEGIN "
                          "SELECT RAISE(FAIL, 'no room'); END");
    tell(events, "c1");
    inner_door_until(&door, failed_once);
    g_assert_cmpuint(door.asked, ==, 0);
    inner_door_sql(&door, "DROP TRIGGER full");
    inner_door_sql(&door, "CREATE TRIGGER full BEFORE INSERT ON device_state WHEN NEW.told = 1 "
                          "BEGIN SELECT RAISE(FAIL, 'no room'); END");
    inner_door_until(&door, one_told);
    g_assert_false(one_saved_as_told(&door));
    inner_door_sql(&door, "DROP TRIGGER full");
    inner_door_until(&door, one_saved_as_told);
    g_assert_cmpuint(door.asked, ==, 1);
    camera_events_destroy(events);
    inner_door_close(&door);
}

static void on_saved(const GError *error, gpointer user)
{
    g_assert_no_error((GError *)error);
    (*(guint *)user)++;
}

/* Whoever gives up its states waits for nothing, and what was to be saved is. */
static void states_that_are_given_up_are_saved(void)
{
    struct inner_door door;
    inner_door_open(&door);
    g_autoptr(GError) error = NULL;
    struct states *states = states_create(door.store, "river", &error);
    g_assert_no_error(error);
    guint saved = 0;
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    g_ptr_array_add(list, (gpointer)states_set(states, "d1", "water_level", true, 1));
    g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(struct taken));
    const struct taken one = {7, "abc"};
    g_array_append_val(taken, one);
    states_save(states, list, taken, on_saved, &saved);
    states_destroy(states);
    g_assert_cmpuint(saved, ==, 0);
    inner_door_close(&door); /* commits everything and calls back */
    g_assert_cmpuint(saved, ==, 1);
}

/* As odd as the camera list takes it, made an event that is taken. */
static void odd_cameras(void)
{
    g_autofree char *place = g_strnfill(1024, 'p'), *name = g_strnfill(1024, 'n');
    g_autofree char *id = g_strnfill(64, 'i'), *host = g_strnfill(127, 'h');
    g_autofree char *other = g_strconcat(host, "2", NULL);
    struct state state = {.device = id, .type = (char *)"video_loss", .raised = true, .seq = 7};
    struct camera_facts facts = {.id = id,
                                 .name = name,
                                 .area = "370812107001002",
                                 .place = place,
                                 .parent = host,
                                 .lon = 116.6,
                                 .lat = 35.4,
                                 .azimuth_deg = 360,
                                 .fov_deg = 360};
    for (guint i = 0; i < 3; i++) {
        g_autoptr(GError) error = NULL;
        event_auto event = camera_event(&facts, &state, "离线");
        event->received_us = 1;
        event_check(event, NULL, NULL, &error);
        g_assert_no_error(error);
        g_assert_true(isnan(facts.azimuth_deg) || event->azimuth_deg < 360);
        facts.azimuth_deg = i ? -0.5 : NAN;
        facts.name = facts.place = i ? "\x01" : "";
        facts.parent = i ? "" : "济宁市任城区视频监控共享平台一期二期三期四期";
    }
    facts.parent = host;
    event_auto a = camera_event(&facts, &state, "离线");
    event_auto b = camera_event(&facts, &state, "离线");
    facts.parent = other;
    event_auto c = camera_event(&facts, &state, "离线");
    g_assert_cmpstr(a->parent, ==, b->parent);
    g_assert_cmpstr(a->parent, !=, c->parent);
    g_assert_true(g_str_has_prefix(a->parent, "hhhhhhhhhhhhhhhh"));
}

static void words_fit(void)
{
    g_autofree char *text = prose_text("一\r\n二\r三\x07四\t五", 0);
    g_autofree char *cut = prose_text("一二三四五", 4), *whole = prose_text("一二三四", 4);
    g_autofree char *line = prose_line(" a \r\n b\x01\xff ", 0);
    g_assert_cmpstr(text, ==, "一\n二\n三 四\t五");
    g_assert_cmpstr(cut, ==, "一二三…");
    g_assert_cmpstr(whole, ==, "一二三四");
    g_assert_cmpstr(line, ==, "a b \xef\xbf\xbd");
    for (size_t most = 24; most < 60; most++) {
        g_autofree char *name = prose_name("济宁市任城区视频监控共享平台一期二期三期四期", most);
        g_assert_cmpuint(strlen(name), <=, most);
        g_assert_true(g_utf8_validate(name, -1, NULL));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/camera-events/refused", one_that_is_refused_takes_no_other_with_it);
    g_test_add_func("/camera-events/full-disk", a_full_disk_is_waited_for);
    g_test_add_func("/states/given-up", states_that_are_given_up_are_saved);
    g_test_add_func("/camera-events/odd", odd_cameras);
    g_test_add_func("/camera-events/words-fit", words_fit);
    return g_test_run();
}
