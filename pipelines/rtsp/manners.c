#include "rtsp/manners.h"
#include <glib.h>

enum { MAX_ADDRESSES = 20000 };

struct manner {
    bool udp_first, tcp_worked;
};

struct manners {
    GHashTable *by_address;
};

struct manners *manners_create(void)
{
    struct manners *manners = g_new0(struct manners, 1);
    manners->by_address = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return manners;
}

void manners_destroy(struct manners *manners)
{
    if (!manners)
        return;
    g_hash_table_unref(manners->by_address);
    g_free(manners);
}

bool manners_udp_first(const struct manners *manners, const char *address)
{
    const struct manner *manner = g_hash_table_lookup(manners->by_address, address);
    return manner && manner->udp_first;
}

static struct manner *of(struct manners *manners, const char *address)
{
    struct manner *manner = g_hash_table_lookup(manners->by_address, address);
    if (manner)
        return manner;
    if (g_hash_table_size(manners->by_address) >= MAX_ADDRESSES)
        g_hash_table_remove_all(manners->by_address);
    manner = g_new0(struct manner, 1);
    g_hash_table_insert(manners->by_address, g_strdup(address), manner);
    return manner;
}

void manners_worked(struct manners *manners, const char *address, bool udp)
{
    struct manner *manner = of(manners, address);
    manner->udp_first = udp;
    manner->tcp_worked |= !udp;
}

void manners_silent(struct manners *manners, const char *address, bool udp)
{
    struct manner *manner = of(manners, address);
    manner->udp_first = !udp && !manner->tcp_worked;
}
