#include "source/way.h"

static void playing(gpointer user)
{
    struct source *source = user;
    source->events->playing(source->user);
}

static void live(gpointer user)
{
    struct source *source = user;
    source->events->live(source->user);
}

static void ended(enum reason reason, const char *detail, gpointer user)
{
    struct source *source = user;
    source->events->ended(reason, detail, source->user);
}

static const struct rtsp_run_ops run_ops = {playing, live, ended};

static bool open_run(struct source *source, const struct source_ways *ways,
                     const struct source_config *config, GError **error)
{
    source->inner = rtsp_run_create(ways->rtsp,
                                    &(struct rtsp_run_config){
                                        .name = config->name,
                                        .url = config->url,
                                        .lower = ways->rtsp_lower,
                                        .stream = config->stream,
                                        .affinity = config->affinity,
                                        .ops = &run_ops,
                                        .user = source,
                                        .trace = config->trace,
                                    },
                                    error);
    return source->inner != NULL;
}

static void close_run(gpointer inner)
{
    rtsp_run_destroy(inner);
}

static bool clock_offset(gpointer inner, int64_t *offset_us)
{
    struct rtsp_run_info info;
    rtsp_run_info(inner, &info);
    *offset_us = info.clock_offset_us;
    return info.clock_known;
}

static bool packets_of(gpointer inner, guint64 *packets, guint64 *lost)
{
    struct rtsp_run_info info;
    rtsp_run_info(inner, &info);
    *packets = info.packets;
    *lost = info.lost_packets;
    return true;
}

static int64_t retry_after_ms(gpointer inner)
{
    struct rtsp_run_info info;
    rtsp_run_info(inner, &info);
    return (int64_t)info.retry_after_s * 1000;
}

const struct way way_rtsp = {"rtsp",       rtsp_url_is, open_run,       close_run,
                             clock_offset, packets_of,  retry_after_ms, NULL};
