/* What sources are called, for pages: feeds have names, alerts only their ids. */
#include "alerts/alerts_private.h"

static json_t *ask(const struct alerts *alerts)
{
    const struct alerts_options *options = &alerts->options;
    return options->sources ? options->sources(options->user) : json_object();
}

void sources_open(struct alerts *alerts)
{
    alerts->sources = ask(alerts);
}

void sources_close(struct alerts *alerts)
{
    json_decref(alerts->sources);
}

void sources_look(struct alerts *alerts)
{
    json_t *now = ask(alerts);
    if (json_equal(now, alerts->sources)) {
        json_decref(now);
        return;
    }
    json_decref(alerts->sources);
    alerts->sources = now;
    topic_tell_sources(alerts);
}

static void note(json_t *names, const json_t *all, const char *source)
{
    json_t *name = source ? json_object_get(all, source) : NULL;
    if (name)
        json_object_set(names, source, name);
}

json_t *sources_of(const struct alerts *alerts, const json_t *list, const char *other)
{
    json_t *all = ask(alerts), *names = json_object();
    note(names, all, other);
    for (size_t i = 0; i < json_array_size(list); i++)
        note(names, all, json_string_value(json_object_get(json_array_get(list, i), "source")));
    json_decref(all);
    return names;
}
