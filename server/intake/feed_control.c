/* Feeds from the command line (docs/wallctl.md). */
#include "common/clock.h"
#include "identity/identity_face.h"
#include "intake/import.h"
#include "intake/intake_private.h"
#include <string.h>

static void on_saved(const struct feeds_problem *problem, struct feed *feed, const char *secret,
                     gpointer user)
{
    struct control_call *call = user;
    if (problem) {
        g_autofree char *message = g_strdup_printf(
            "%s%s%s%s%s", problem->field ? problem->field : "", problem->field ? ": " : "",
            problem->en, problem->detail ? ": " : "", problem->detail ? problem->detail : "");
        control_reply_error(call, problem->code, message);
        return;
    }
    json_t *data =
        json_pack("{s:o}", "feed", feed ? feed_json(feed, clock_wall_us()) : json_null());
    if (secret)
        json_object_set_new(data, "key", json_string(secret));
    control_reply(call, data);
}

static const char *id_of(const json_t *args)
{
    return json_string_value(json_object_get(args, "id"));
}

static void feeds_cmd_add(struct control_call *call, const json_t *args, gpointer user)
{
    struct intake *intake = user;
    feeds_add(intake->feeds, identity_local_actor(call), args, on_saved, call);
}

static void feeds_cmd_change(struct control_call *call, const json_t *args, gpointer user)
{
    struct intake *intake = user;
    json_t *fields = json_copy((json_t *)args);
    json_object_del(fields, "id");
    feeds_change(intake->feeds, identity_local_actor(call), id_of(args), fields, on_saved, call);
    json_decref(fields);
}

static void feeds_cmd_rotate(struct control_call *call, const json_t *args, gpointer user)
{
    struct intake *intake = user;
    feeds_rotate(intake->feeds, identity_local_actor(call), id_of(args), on_saved, call);
}

static void feeds_cmd_remove(struct control_call *call, const json_t *args, gpointer user)
{
    struct intake *intake = user;
    feeds_remove(intake->feeds, identity_local_actor(call), id_of(args), on_saved, call);
}

static void feeds_cmd_list(struct control_call *call, const json_t *args, gpointer user)
{
    struct intake *intake = user;
    json_t *feeds = json_array();
    g_autoptr(GPtrArray) all = feeds_all(intake->feeds);
    (void)args;
    for (guint i = 0; i < all->len; i++)
        json_array_append_new(feeds, feed_json(all->pdata[i], clock_wall_us()));
    control_reply(call, json_pack("{s:o}", "feeds", feeds));
}

static void feeds_cmd_show(struct control_call *call, const json_t *args, gpointer user)
{
    struct intake *intake = user;
    const struct feed *feed = feeds_find(intake->feeds, id_of(args));
    if (feed)
        control_reply(call, json_pack("{s:o}", "feed", feed_json(feed, clock_wall_us())));
    else
        control_reply_error(call, "not_found", "there is no such feed");
}

/* --- past events */

struct importing {
    struct control_call *call;
    bool dry_run;
};

static void on_imported(const struct import_result *result, gpointer user)
{
    g_autofree struct importing *importing = user;
    json_t *data = import_json(result, importing->dry_run);
    if (result->outcome != WRITER_DONE)
        control_reply_refused(importing->call, "away",
                              "the event bus does not take more; import the file again later: what "
                              "was taken is known",
                              data);
    else if (result->refused && !result->accepted)
        control_reply_refused(importing->call, "refused", "no row was good", data);
    else if (result->refused)
        control_reply_partly(importing->call, "some rows were refused", data);
    else
        control_reply(importing->call, data);
}

static void feeds_cmd_import(struct control_call *call, const json_t *args, gpointer user)
{
    struct intake *intake = user;
    const struct feed *feed = feeds_find(intake->feeds, id_of(args));
    const char *csv = json_string_value(json_object_get(args, "csv"));
    bool dry_run = json_is_true(json_object_get(args, "dry_run"));
    if (!feed) {
        control_reply_error(call, "not_found", "there is no such feed");
        return;
    }
    if (!csv) {
        control_reply_error(call, "usage", "feeds.import needs the text of a file");
        return;
    }
    if (!dry_run)
        identity_audit_later(intake->options.identity, NULL, "feed.import", feed->id,
                             json_pack("{s:i}", "uid", (int)control_uid(call)));
    g_autoptr(GBytes) bytes = g_bytes_new(csv, strlen(csv));
    struct importing *importing = g_new(struct importing, 1);
    *importing = (struct importing){call, dry_run};
    import_start(intake, feed->id, bytes, dry_run, on_imported, importing);
}

void intake_add_commands(struct intake *intake)
{
    static const struct {
        const char *name;
        control_fn fn;
    } commands[] = {
        {"feeds.add", feeds_cmd_add},       {"feeds.change", feeds_cmd_change},
        {"feeds.rotate", feeds_cmd_rotate}, {"feeds.remove", feeds_cmd_remove},
        {"feeds.import", feeds_cmd_import}, {"feeds.list", feeds_cmd_list},
        {"feeds.show", feeds_cmd_show},
    };
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        control_register(intake->options.control, commands[i].name, commands[i].fn, intake);
}
