#include "camera/hosts.h"
#include "camera/outage.h"
#include "common/clock.h"
#include "common/log.h"
#include <stdbool.h>

enum {
    GATHER_MS = 1000,
    MANY = 5,       /* streams of one host that are told of as one */
    MANY_HOSTS = 5, /* hosts that are told of as the network */
    ENOUGH_NETWORK = 3,
};

struct group {
    char *name;
    struct outage outage;
    unsigned down; /* members that are down */
    unsigned reasons[REASON_COUNT];
    int64_t since_us; /* wall clock: the first went down; 0: none is */
    bool told;        /* as one: its recovery is told too */
    GPtrArray *news;  /* of struct news, of this second */
};

struct hosts {
    GMainContext *context;
    GHashTable *groups; /* host → struct group */
    struct group network;
    GHashTable *members; /* struct host_member, a set */
    GSource *timer;      /* the news of this second */
};

enum member_state { MEMBER_IDLE, MEMBER_TRYING, MEMBER_LIVE, MEMBER_DOWN };

struct host_member {
    struct hosts *hosts;
    struct group *group;
    const char *name;
    void (*wake)(gpointer user);
    gpointer user;
    enum member_state state;
    enum reason reason;
    bool waits;
};

struct news {
    char *name, *detail;
    enum reason reason;
    bool again; /* it was down already, for another reason */
};

static void news_free(gpointer data)
{
    struct news *news = data;
    g_free(news->name);
    g_free(news->detail);
    g_free(news);
}

static void group_init(struct group *group, const char *name)
{
    group->name = g_strdup(name);
    group->news = g_ptr_array_new_with_free_func(news_free);
}

static void group_clear(struct group *group)
{
    g_ptr_array_unref(group->news);
    g_free(group->name);
}

static void group_free(gpointer data)
{
    group_clear(data);
    g_free(data);
}

/* --- telling */

static enum reason most_of(const unsigned reasons[REASON_COUNT])
{
    enum reason most = REASON_NONE;
    for (int i = 0; i < REASON_COUNT; i++)
        if (reasons[i] > reasons[most])
            most = (enum reason)i;
    return most;
}

/* In an outage that was told as one, a stream that fails in another way now is no news. */
static void tell_each(const struct group *group)
{
    for (guint i = 0; i < group->news->len; i++) {
        const struct news *news = group->news->pdata[i];
        g_autofree char *object = g_strdup_printf("camera:%s", news->name);
        bool known = news->again && group->told;
        log_line(known ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN, object, "%s: %s",
                 reason_code(news->reason), news->detail);
    }
}

static void tell_many(struct group *group, const char *where)
{
    unsigned reasons[REASON_COUNT] = {0};
    for (guint i = 0; i < group->news->len; i++)
        reasons[((const struct news *)group->news->pdata[i])->reason]++;
    g_autoptr(GString) list = g_string_new(NULL);
    for (int i = 0; i < REASON_COUNT; i++)
        if (reasons[i])
            g_string_append_printf(list, "%s%s %u", list->len ? ", " : "",
                                   reason_code((enum reason)i), reasons[i]);
    const struct news *first = group->news->pdata[0];
    log_warn("cameras", "%u of %u streams of %s have no picture: %s; the first is %s: %s",
             group->news->len, group->outage.wanted, where, list->str, first->name, first->detail);
    group->told = true;
}

static void tell_recovery(struct group *group)
{
    if (!group->told || group->down)
        return;
    log_info("cameras", "all %u streams of %s are live again", group->outage.live, group->name);
    group->told = false;
}

static unsigned hosts_with_news(const struct hosts *hosts)
{
    unsigned count = 0;
    GHashTableIter iter;
    gpointer group;
    g_hash_table_iter_init(&iter, hosts->groups);
    while (g_hash_table_iter_next(&iter, NULL, &group))
        count += ((struct group *)group)->news->len > 0;
    return count;
}

static gboolean on_gathered(gpointer user)
{
    struct hosts *hosts = user;
    g_clear_pointer(&hosts->timer, g_source_unref);
    unsigned news_hosts = hosts_with_news(hosts);
    bool network = news_hosts > MANY_HOSTS;
    if (network) {
        g_autofree char *where = g_strdup_printf("%u hosts", news_hosts);
        tell_many(&hosts->network, where);
    }
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, hosts->groups);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct group *group = value;
        if (!network && group->news->len >= MANY)
            tell_many(group, *group->name ? group->name : "no host");
        else if (!network)
            tell_each(group);
        else
            group->told |= group->news->len >= MANY;
        g_ptr_array_set_size(group->news, 0);
        tell_recovery(group);
    }
    g_ptr_array_set_size(hosts->network.news, 0);
    tell_recovery(&hosts->network);
    return G_SOURCE_REMOVE;
}

static void gather(struct hosts *hosts)
{
    if (hosts->timer)
        return;
    hosts->timer = g_timeout_source_new(GATHER_MS);
    g_source_set_callback(hosts->timer, on_gathered, hosts, NULL);
    g_source_attach(hosts->timer, hosts->context);
}

static void add_news(struct group *group, const struct host_member *member, const char *detail,
                     bool again)
{
    struct news *news = g_new0(struct news, 1);
    news->name = g_strdup(member->name);
    news->detail = g_strdup(detail ? detail : "");
    news->reason = member->reason;
    news->again = again;
    g_ptr_array_add(group->news, news);
}

/* --- waking */

/* Of one group, or of all when it is the network. */
static void wake_waiting(struct hosts *hosts, const struct group *group)
{
    unsigned woken = 0;
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, hosts->members);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        struct host_member *member = key;
        if (member->state != MEMBER_DOWN || !member->waits ||
            (group != &hosts->network && member->group != group))
            continue;
        member->wake(member->user);
        woken++;
    }
    if (woken >= MANY)
        log_info("cameras", "%s answers again; %u streams that wait are tried", group->name, woken);
}

/* --- members */

static void count_down(struct group *group, enum reason reason)
{
    if (group->down++ == 0)
        group->since_us = clock_wall_us();
    group->reasons[reason]++;
}

static void count_up(struct group *group, enum reason reason)
{
    group->reasons[reason]--;
    if (--group->down == 0)
        group->since_us = 0;
}

/* Out of the state it is in. */
static void leave_state(struct host_member *member, bool lost)
{
    struct group *both[] = {member->group, &member->hosts->network};
    for (unsigned i = 0; i < G_N_ELEMENTS(both); i++) {
        struct group *group = both[i];
        if (member->state == MEMBER_DOWN)
            count_up(group, member->reason);
        if (member->state == MEMBER_LIVE && lost)
            outage_lost(&group->outage, clock_mono_us());
        else if (member->state == MEMBER_LIVE)
            group->outage.live--;
    }
}

void host_member_wanted(struct host_member *member)
{
    if (member->state != MEMBER_IDLE)
        return;
    member->state = MEMBER_TRYING;
    member->group->outage.wanted++;
    member->hosts->network.outage.wanted++;
}

void host_member_idle(struct host_member *member)
{
    if (member->state == MEMBER_IDLE)
        return;
    leave_state(member, false);
    member->state = MEMBER_IDLE;
    member->waits = false;
    member->group->outage.wanted--;
    member->hosts->network.outage.wanted--;
}

void host_member_live(struct host_member *member)
{
    struct hosts *hosts = member->hosts;
    if (member->state == MEMBER_LIVE)
        return;
    leave_state(member, false);
    member->state = MEMBER_LIVE;
    member->waits = false;
    bool network = outage_live(&hosts->network.outage, ENOUGH_NETWORK);
    bool host = outage_live(&member->group->outage, 1) && *member->group->name;
    if (network)
        wake_waiting(hosts, &hosts->network);
    else if (host)
        wake_waiting(hosts, member->group);
    if (member->group->told || hosts->network.told)
        gather(hosts);
}

void host_member_down(struct host_member *member, enum reason reason, const char *detail,
                      bool waits, bool news)
{
    struct hosts *hosts = member->hosts;
    bool lost = member->state == MEMBER_LIVE, again = member->state == MEMBER_DOWN;
    leave_state(member, lost);
    member->state = MEMBER_DOWN;
    member->reason = reason;
    member->waits = waits;
    struct group *both[] = {member->group, &hosts->network};
    for (unsigned i = 0; i < G_N_ELEMENTS(both); i++) {
        count_down(both[i], reason);
        if (!lost)
            outage_failed(&both[i]->outage);
        if (news)
            add_news(both[i], member, detail, again);
    }
    if (news)
        gather(hosts);
}

struct host_member *hosts_join(struct hosts *hosts, const char *host, const char *name,
                               void (*wake)(gpointer user), gpointer user)
{
    struct group *group = g_hash_table_lookup(hosts->groups, host ? host : "");
    if (!group) {
        group = g_new0(struct group, 1);
        group_init(group, host ? host : "");
        g_hash_table_insert(hosts->groups, group->name, group);
    }
    struct host_member *member = g_new0(struct host_member, 1);
    *member = (struct host_member){
        .hosts = hosts, .group = group, .name = name, .wake = wake, .user = user};
    g_hash_table_add(hosts->members, member);
    return member;
}

void host_member_leave(struct host_member *member)
{
    if (!member)
        return;
    host_member_idle(member);
    g_hash_table_remove(member->hosts->members, member);
    g_free(member);
}

/* --- all */

struct hosts *hosts_create(GMainContext *context)
{
    struct hosts *hosts = g_new0(struct hosts, 1);
    hosts->context = context;
    hosts->groups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, group_free);
    hosts->members = g_hash_table_new(NULL, NULL);
    group_init(&hosts->network, "the network");
    return hosts;
}

void hosts_destroy(struct hosts *hosts)
{
    if (!hosts)
        return;
    if (hosts->timer) {
        g_source_destroy(hosts->timer);
        g_source_unref(hosts->timer);
    }
    group_clear(&hosts->network);
    g_hash_table_unref(hosts->groups);
    g_hash_table_unref(hosts->members);
    g_free(hosts);
}

void hosts_outages(const struct hosts *hosts,
                   void (*tell)(const struct host_outage *outage, gpointer user), gpointer user)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, hosts->groups);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct group *group = value;
        const struct host_outage outage = {
            .host = group->name,
            .down = group->down,
            .wanted = group->outage.wanted,
            .reason = most_of(group->reasons),
            .since_us = group->since_us,
        };
        if (group->down >= MANY)
            tell(&outage, user);
    }
}
