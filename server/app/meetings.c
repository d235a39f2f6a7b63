#include "app/meetings.h"
#include "common/config.h"
#include "pool/pool.h"

struct meetings {
    struct templates *templates;
    struct meet_mediation meet;
    struct mediation *mediation;
    struct accord_desk *desk;
    struct pool *pool;
};

static bool open_rooms(struct meetings *meetings, const struct meetings_options *with,
                       GError **error)
{
    g_autofree char *words = config_path(with->config, "mediation.words");
    struct mediation_options options = {.loop = with->loop,
                                        .store = with->store,
                                        .identity = with->identity,
                                        .net = with->net,
                                        .attachments = with->attachments,
                                        .notify = with->notify,
                                        .words_path = words,
                                        .url = net_guests_url(with->net),
                                        .away_s =
                                            (guint)config_int(with->config, "mediation.away_s")};
    meetings->meet = (struct meet_mediation){
        with->identity, with->intake, {with->identity, meetings->templates, NULL}};
    options.hooks = meet_mediation_hooks(&meetings->meet);
    meetings->mediation = mediation_create(&options, error);
    meetings->meet.accord.mediation = meetings->mediation;
    return meetings->mediation != NULL;
}

struct meetings *meetings_create(const struct meetings_options *options, GError **error)
{
    struct meetings *meetings = g_new0(struct meetings, 1);
    g_autofree char *own =
        g_build_filename(config_string(options->config, "data_dir"), "agreements", NULL);
    meetings->templates = templates_create(own, error);
    if (!meetings->templates || !open_rooms(meetings, options, error)) {
        meetings_destroy(meetings);
        return NULL;
    }
    const struct accord_desk_options desk = {.loop = options->loop,
                                             .store = options->store,
                                             .identity = options->identity,
                                             .net = options->net,
                                             .templates = meetings->templates,
                                             .url = net_guests_url(options->net),
                                             .hooks = meet_accord_desk(&meetings->meet.accord)};
    meetings->desk = accord_desk_create(&desk);
    const struct pool_options pool = {options->store, options->identity, options->net};
    meetings->pool = pool_create(&pool);
    return meetings;
}

void meetings_destroy(struct meetings *meetings)
{
    if (!meetings)
        return;
    pool_destroy(meetings->pool);
    accord_desk_destroy(meetings->desk);
    mediation_destroy(meetings->mediation);
    templates_free(meetings->templates);
    g_free(meetings);
}

struct mediation *meetings_mediation(const struct meetings *meetings)
{
    return meetings->mediation;
}
