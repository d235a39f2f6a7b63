#include "wall/notices.h"

static const struct {
    const char *code;
    gint64 after_us; /* it has to hold so long */
} kinds[NOTICE_COUNT] = {
    [NOTICE_DISK_FULL] = {"disk_full", 0},
    [NOTICE_STORE] = {"store_failing", NOTICE_STORE_AFTER_US},
    [NOTICE_DISK_LOW] = {"disk_low", 0},
    [NOTICE_REDIS] = {"redis_away", NOTICE_REDIS_AFTER_US},
};

json_t *notices_take(struct notices *notices, const struct notice_facts *facts, gint64 now_us)
{
    bool full = facts->free_bytes < NOTICE_DISK_FULL_BYTES;
    const bool holds[NOTICE_COUNT] = {
        [NOTICE_DISK_FULL] = full,
        [NOTICE_STORE] = !full && !facts->store, /* a full disk explains it */
        [NOTICE_DISK_LOW] = !full && facts->free_bytes < NOTICE_DISK_LOW_BYTES,
        [NOTICE_REDIS] = !facts->redis,
    };
    json_t *list = json_array();
    for (guint i = 0; i < NOTICE_COUNT; i++) {
        if (!holds[i])
            notices->since_us[i] = 0;
        else if (!notices->since_us[i])
            notices->since_us[i] = now_us;
        if (!holds[i] || now_us - notices->since_us[i] < kinds[i].after_us)
            continue;
        g_autofree char *since = g_strdup_printf("%" G_GINT64_FORMAT, notices->since_us[i]);
        json_array_append_new(list,
                              json_pack("{s:s,s:s}", "code", kinds[i].code, "since_us", since));
    }
    return list;
}
