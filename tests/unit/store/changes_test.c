#include "fixture.h"
#include <stdlib.h>
#include <string.h>

/* What a subscriber saw and when, as one text: "c1 c2 done …". */
struct seen {
    GString *text;
    gint64 last_seq;
    unsigned changes, done;
};

static void on_change(const struct store_change *change, gpointer user)
{
    struct seen *seen = user;
    g_assert_cmpint(change->seq, ==, seen->last_seq + 1);
    g_assert_cmpstr(change->topic, ==, "camera");
    seen->last_seq = change->seq;
    seen->changes++;
    g_string_append_printf(seen->text, "%s ", change->id);
}

struct announce {
    const char *id;
    bool fail;
    struct seen *seen;
};

static bool announce_write(struct store_tx *tx, gpointer job, GError **error)
{
    struct announce *a = job;
    if (!store_announce(tx, "camera", a->id, "{\"name\":\"石桥\"}", error))
        return false;
    if (a->fail)
        g_set_error(error, STORE_ERROR, STORE_ERROR_REFUSED, "asked to");
    return !a->fail;
}

static void announce_done(gpointer job, const GError *error)
{
    struct announce *a = job;
    g_assert_true(a->fail == (error != NULL));
    a->seen->done++;
    g_string_append(a->seen->text, "done ");
}

static void announce(struct fixture *f, struct seen *seen, struct announce *a, const char *id,
                     bool fail)
{
    *a = (struct announce){id, fail, seen};
    store_write(f->store, announce_write, a, announce_done);
}

static void test_changes_come_in_order_before_done(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    struct seen seen = {.text = g_string_new(NULL)};
    guint subscription = store_on_change(f->store, on_change, &seen);
    struct announce a[4];
    announce(f, &seen, &a[0], "c1", false);
    fixture_turn(&seen.done, 1);
    g_assert_cmpstr(seen.text->str, ==, "c1 done ");
    announce(f, &seen, &a[1], "c2", true);
    fixture_turn(&seen.done, 2);
    announce(f, &seen, &a[2], "c3", false);
    fixture_turn(&seen.done, 3);
    g_assert_cmpstr(seen.text->str, ==, "c1 done done c3 done ");
    gint64 epoch, seq;
    store_position(f->store, &epoch, &seq);
    g_assert_cmpint(seq, ==, 2);
    g_assert_cmpint(epoch, >, 1600000000000);
    store_off_change(f->store, subscription);
    announce(f, &seen, &a[3], "c4", false);
    fixture_turn(&seen.done, 4);
    g_assert_cmpuint(seen.changes, ==, 2);
    g_string_free(seen.text, TRUE);
    fixture_free(f);
}

struct since {
    GString *ids;
    bool reaches;
    unsigned calls;
};

static void on_since(const GPtrArray *changes, const GError *error, gpointer user)
{
    struct since *since = user;
    g_assert_no_error(error);
    since->reaches = changes != NULL;
    g_string_truncate(since->ids, 0);
    for (guint i = 0; changes && i < changes->len; i++) {
        const struct store_change *change = changes->pdata[i];
        g_assert_cmpstr(change->json, ==, "{\"name\":\"石桥\"}");
        g_string_append_printf(since->ids, "%s/%d ", change->id, (int)change->seq);
    }
    since->calls++;
}

static void assert_since(struct fixture *f, gint64 epoch, gint64 seq, const char *ids)
{
    struct since since = {.ids = g_string_new(NULL)};
    store_changes_since(f->store, epoch, seq, 2, on_since, &since);
    fixture_turn(&since.calls, 1);
    if (ids)
        g_assert_cmpstr(since.ids->str, ==, ids);
    g_assert_true(since.reaches == (ids != NULL));
    g_string_free(since.ids, TRUE);
}

static void test_resume(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    struct seen seen = {.text = g_string_new(NULL)};
    struct announce a[3];
    announce(f, &seen, &a[0], "c1", false);
    announce(f, &seen, &a[1], "c2", false);
    announce(f, &seen, &a[2], "c3", false);
    fixture_turn(&seen.done, 3);
    gint64 epoch, seq;
    store_position(f->store, &epoch, &seq);
    fixture_close(f);
    fixture_open(f, 0, 0); /* the log is on disk, the position too */
    gint64 epoch_again, seq_again;
    store_position(f->store, &epoch_again, &seq_again);
    g_assert_cmpint(epoch, ==, epoch_again);
    g_assert_cmpint(seq, ==, seq_again);
    assert_since(f, epoch, 0, "c1/1 c2/2 ");
    assert_since(f, epoch, 2, "c3/3 ");
    assert_since(f, epoch, 3, "");
    assert_since(f, epoch, 4, NULL);
    assert_since(f, epoch - 1, 2, NULL);
    assert_since(f, epoch, -1, NULL);
    fixture_sql(f, "DELETE FROM outbox WHERE seq = 1");
    assert_since(f, epoch, 0, NULL);
    assert_since(f, epoch, 1, "c2/2 c3/3 ");
    g_string_free(seen.text, TRUE);
    fixture_free(f);
}

static bool many_write(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    for (int i = 0; i < 700; i++) {
        if (!store_announce(tx, "camera", "c", "{}", error))
            return false;
    }
    return true;
}

static void many(struct fixture *f)
{
    GError *error = NULL;
    store_write_now(f->store, many_write, NULL, &error);
    g_assert_no_error(error);
}

static void test_log_is_trimmed_but_not_what_is_held(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 100);
    store_hold_changes(f->store, 1000);
    for (int i = 0; i < 3; i++)
        many(f);
    g_assert_cmpint(fixture_int(f, "SELECT MIN(seq) FROM outbox"), ==, 1001);
    g_assert_cmpint(fixture_int(f, "SELECT MAX(seq) FROM outbox"), ==, 2100);
    store_hold_changes(f->store, G_MAXINT64);
    for (int i = 0; i < 2; i++)
        many(f);
    g_assert_cmpint(fixture_int(f, "SELECT MIN(seq) FROM outbox"), ==, 3401);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM outbox"), ==, 100);
    fixture_free(f);
}

static void on_epoch(gpointer user, const GError *error)
{
    g_assert_no_error(error);
    ++*(unsigned *)user;
}

static void test_new_epoch_begins_at_one(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    many(f);
    gint64 old, epoch, seq;
    store_drain(f->store);
    store_position(f->store, &old, &seq);
    g_assert_cmpint(seq, ==, 700);
    unsigned done = 0;
    store_new_epoch(f->store, old + 5, on_epoch, &done);
    fixture_turn(&done, 1);
    store_position(f->store, &epoch, &seq);
    g_assert_cmpint(epoch, >, old + 5);
    g_assert_cmpint(seq, ==, 0);
    assert_since(f, epoch, 0, "");
    assert_since(f, old, 700, NULL);
    struct seen seen = {.text = g_string_new(NULL)};
    struct announce a;
    announce(f, &seen, &a, "c1", false);
    fixture_turn(&seen.done, 1);
    store_position(f->store, &epoch, &seq);
    g_assert_cmpint(seq, ==, 1);
    g_string_free(seen.text, TRUE);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/changes/in-order-before-done", test_changes_come_in_order_before_done);
    g_test_add_func("/store/changes/resume", test_resume);
    g_test_add_func("/store/changes/trimmed-but-not-held",
                    test_log_is_trimmed_but_not_what_is_held);
    g_test_add_func("/store/changes/new-epoch", test_new_epoch_begins_at_one);
    return fixture_run();
}
