/* A feed that listens to a broker: what it acknowledges, and when. */
#include "broker.h"
#include "inner_door.h"
#include "intake/mqtt.h"
#include <string.h>

static struct {
    struct inner_door door;
    struct broker broker;
    struct sensors *sensors;
    struct rejects *rejects;
    struct mqtt *mqtt;
} town;

static void begin(void)
{
    g_autoptr(GError) error = NULL;
    inner_door_open(&town.door);
    broker_open(&town.broker);
    town.sensors = sensors_create(town.door.store, &error);
    g_assert_no_error(error);
    town.rejects = rejects_create(town.door.store, town.door.feeds, &error);
    g_assert_no_error(error);
    const struct mqtt_options options = {.loop = town.door.loop,
                                         .store = town.door.store,
                                         .intake = INNER_INTAKE(&town.door),
                                         .feeds = town.door.feeds,
                                         .sensors = town.sensors,
                                         .rejects = town.rejects,
                                         .file_roots = town.door.file_roots};
    town.mqtt = mqtt_create(&options);
}

static void end(void)
{
    mqtt_destroy(town.mqtt);
    broker_close(&town.broker);
    while (town.door.waiting)
        g_main_context_iteration(NULL, TRUE);
    sensors_destroy(town.sensors);
    rejects_destroy(town.rejects);
    inner_door_close(&town.door);
}

static bool is_subscribed(struct inner_door *door)
{
    (void)door;
    return town.broker.subscriptions > 0;
}

static struct feed *listen_to(void)
{
    g_autofree char *json = g_strdup_printf(
        "{'id':'river','kind':'mqtt','settings':{'broker':'mqtt://127.0.0.1:%u','topics':"
        "[{'topic':'t/{device}','values':[{'type':'help_button'}]}]}}",
        town.broker.port);
    struct feed *feed = inner_door_add(&town.door, json);
    inner_door_until(&town.door, is_subscribed);
    return feed;
}

static void say(uint16_t packet, const char *word)
{
    broker_publish(&town.broker, "t/d1", packet, false, word, strlen(word));
}

static bool is_acknowledged(struct inner_door *door)
{
    (void)door;
    return town.broker.acknowledged->len > 0;
}

static bool is_failing(struct inner_door *door)
{
    return feeds_find(door->feeds, "river")->numbers.failing;
}

static bool is_well(struct inner_door *door)
{
    return !is_failing(door);
}

static void what_is_not_saved_is_not_acknowledged(void)
{
    begin();
    listen_to();
    inner_door_until(&town.door, is_well);
    inner_door_sql(&town.door, "CREATE TRIGGER full BEFORE INSERT ON device_state BEGIN "
                               "SELECT RAISE(FAIL, 'no room'); END");
    say(1, "on");
    inner_door_until(&town.door, is_failing);
    g_assert_cmpuint(town.door.events->len, ==, 1);
    g_assert_cmpuint(town.broker.acknowledged->len, ==, 0);
    inner_door_sql(&town.door, "DROP TRIGGER full");
    inner_door_until(&town.door, is_acknowledged);
    g_assert_cmpint(
        inner_door_int(&town.door, "SELECT seq FROM device_state WHERE device='d1' AND raised=1"),
        ==, 1);
    g_assert_cmpuint(town.door.events->len, ==, 1);
    inner_door_until(&town.door, is_well);
    end();
}

static bool all_acknowledged(struct inner_door *door)
{
    (void)door;
    return town.broker.acknowledged->len == 3;
}

static void what_is_too_large_is_passed_over(void)
{
    begin();
    const struct feed *feed = listen_to();
    gsize size = 3 << 20;
    g_autofree char *large = g_strnfill(size, 'x');
    say(1, "on");
    broker_publish(&town.broker, "t/d1", 2, false, large, size);
    say(3, "off");
    inner_door_until(&town.door, all_acknowledged);
    for (uint16_t i = 0; i < 3; i++)
        g_assert_cmpuint(g_array_index(town.broker.acknowledged, uint16_t, i), ==, i + 1);
    g_assert_cmpuint(town.door.events->len, ==, 2);
    g_assert_cmpuint(town.broker.connections, ==, 1);
    g_assert_cmpuint(feed->numbers.refused, ==, 1);
    g_assert_cmpstr(feed->numbers.error_en, ==, "t/d1: 3145728 bytes");
    end();
}

static bool three_came(struct inner_door *door)
{
    return door->events->len == 3;
}

static bool two_came(struct inner_door *door)
{
    return door->events->len == 2;
}

static const struct event *newest(void)
{
    return town.door.events->pdata[town.door.events->len - 1];
}

/* Nobody knows what became of its devices meanwhile: each is told once, whatever it says. */
static void a_feed_that_is_added_again_begins_anew(void)
{
    for (int ended = 0; ended < 2; ended++) {
        begin();
        listen_to();
        say(1, "on");
        inner_door_until(&town.door, is_acknowledged);
        inner_door_remove(&town.door, "river");
        g_assert_cmpint(inner_door_int(&town.door, "SELECT COUNT(*) FROM mqtt_taken"), ==, 0);
        town.broker.subscriptions = 0;
        g_array_set_size(town.broker.acknowledged, 0);
        listen_to();
        say(1, ended ? "off" : "on");
        inner_door_until(&town.door, is_acknowledged);
        g_assert_true(two_came(&town.door));
        g_assert_cmpint(newest()->kind, ==, ended ? EVENT_CLEARED : EVENT_RAISED);
        g_assert_cmpstr(newest()->id, ==, "d1/help_button/2");
        say(2, ended ? "off" : "on");
        say(3, ended ? "off" : "on");
        inner_door_until(&town.door, all_acknowledged);
        g_assert_true(two_came(&town.door));
        end();
    }
}

static bool subscribed_again(struct inner_door *door)
{
    (void)door;
    return town.broker.subscriptions == 2;
}

/* A number and a content that were there in a session that the broker has forgotten. */
static void a_broker_that_counts_anew(void)
{
    begin();
    listen_to();
    say(1, "on");
    inner_door_until(&town.door, is_acknowledged);
    say(2, "off");
    inner_door_until(&town.door, two_came);
    broker_hang_up(&town.broker);
    inner_door_until(&town.door, subscribed_again);
    broker_publish(&town.broker, "t/d1", 1, true, "on", 2);
    inner_door_until(&town.door, three_came);
    end();
}

static bool two_acknowledged(struct inner_door *door)
{
    (void)door;
    return town.broker.acknowledged->len == 2;
}

/* One that knows us sends again what it holds not to be acknowledged. */
static void a_broker_that_sends_again(void)
{
    begin();
    listen_to();
    say(1, "on");
    inner_door_until(&town.door, is_acknowledged);
    say(2, "off");
    inner_door_until(&town.door, two_acknowledged);
    town.broker.session = true;
    broker_hang_up(&town.broker);
    inner_door_until(&town.door, subscribed_again);
    broker_publish(&town.broker, "t/d1", 1, true, "on", 2);
    inner_door_until(&town.door, all_acknowledged);
    g_assert_true(two_came(&town.door));
    end();
}

static bool error_is_told(struct inner_door *door)
{
    const struct feed *feed = feeds_find(door->feeds, "river");
    return feed->numbers.error_en != NULL;
}

static void a_subscription_that_is_refused(void)
{
    begin();
    town.broker.granted = 0x80;
    listen_to();
    inner_door_until(&town.door, error_is_told);
    say(1, "off"); /* tells nothing new; when it is acknowledged, the rest was looked at too */
    inner_door_until(&town.door, is_acknowledged);
    g_assert_true(is_failing(&town.door));
    g_assert_nonnull(strstr(feeds_find(town.door.feeds, "river")->numbers.error_en, "t/+"));
    town.broker.granted = 1;
    broker_hang_up(&town.broker);
    inner_door_until(&town.door, subscribed_again);
    inner_door_until(&town.door, is_well);
    end();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mqtt/not-saved", what_is_not_saved_is_not_acknowledged);
    g_test_add_func("/mqtt/added-again", a_feed_that_is_added_again_begins_anew);
    g_test_add_func("/mqtt/counts-anew", a_broker_that_counts_anew);
    g_test_add_func("/mqtt/sends-again", a_broker_that_sends_again);
    g_test_add_func("/mqtt/refused", a_subscription_that_is_refused);
    g_test_add_func("/mqtt/too-large", what_is_too_large_is_passed_over);
    return g_test_run();
}
