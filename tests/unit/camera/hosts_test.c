/* Outages of hosts and of the network: what is told, who is woken. */
#include "camera/hosts.h"
#include "camera/outage.h"
#include "common/log.h"
#include <stdbool.h>
#include <string.h>

enum { SECOND_US = 1000000 };

/* --- the rule */

static void test_rule(void)
{
    struct outage outage = {.wanted = 10};
    for (int i = 0; i < 10; i++)
        g_assert_false(outage_live(&outage, 1));
    /* single ones, minutes apart, are no outage */
    int64_t now_us = 100 * (int64_t)SECOND_US;
    for (int i = 0; i < 4; i++, now_us += 60 * (int64_t)SECOND_US)
        outage_lost(&outage, now_us);
    g_assert_false(outage.dark);
    for (int i = 0; i < 4; i++)
        g_assert_false(outage_live(&outage, 1));
    /* half of them together is one, and the first that comes ends it */
    for (int i = 0; i < 5; i++)
        outage_lost(&outage, now_us);
    g_assert_true(outage.dark);
    outage_failed(&outage);
    g_assert_true(outage_live(&outage, 1));
    g_assert_false(outage_live(&outage, 1));
}

static void test_never_live(void)
{
    struct outage outage = {.wanted = 1};
    outage_failed(&outage);
    g_assert_false(outage.dark); /* one alone has nobody to wake */
    outage.wanted = 8;
    outage_failed(&outage);
    g_assert_true(outage.dark);
    g_assert_false(outage_live(&outage, 3));
    g_assert_false(outage_live(&outage, 3));
    g_assert_true(outage_live(&outage, 3));
}

/* --- members */

enum { MEMBERS = 40 };
static struct hosts *hosts;
static struct host_member *members[MEMBERS];
static unsigned woken[MEMBERS];
static char names[MEMBERS][16];

static void wake(gpointer user)
{
    (*(unsigned *)user)++;
}

static void begin(unsigned per_host)
{
    memset(woken, 0, sizeof woken);
    hosts = hosts_create(NULL);
    for (unsigned i = 0; i < MEMBERS; i++) {
        g_autofree char *host = g_strdup_printf("10.0.0.%u", i / per_host);
        g_snprintf(names[i], sizeof names[i], "c%u/sub", i);
        members[i] = hosts_join(hosts, host, names[i], wake, &woken[i]);
        host_member_wanted(members[i]);
    }
}

static void end(void)
{
    for (unsigned i = 0; i < MEMBERS; i++)
        host_member_leave(members[i]);
    hosts_destroy(hosts);
}

static void all_down(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        host_member_down(members[i], i % 4 ? REASON_NO_DATA : REASON_UNREACHABLE, "gone", true,
                         true);
}

static void test_host_wakes(void)
{
    begin(10);
    for (unsigned i = 0; i < MEMBERS; i++)
        host_member_live(members[i]);
    all_down(0, 10);
    host_member_down(members[3], REASON_WRONG_PASSWORD, "401", false, false);
    host_member_live(members[0]);
    for (unsigned i = 0; i < MEMBERS; i++)
        g_assert_cmpuint(woken[i], ==, i > 0 && i < 10 && i != 3);
    host_member_live(members[1]);
    g_assert_cmpuint(woken[2], ==, 1); /* once an outage */
    end();
}

static void test_network_wakes(void)
{
    begin(1);
    for (unsigned i = 0; i < MEMBERS; i++)
        host_member_live(members[i]);
    all_down(0, MEMBERS);
    host_member_live(members[0]);
    host_member_live(members[1]);
    g_assert_cmpuint(woken[9], ==, 0);
    host_member_live(members[2]);
    for (unsigned i = 3; i < MEMBERS; i++)
        g_assert_cmpuint(woken[i], ==, 1);
    end();
}

static struct host_outage told;
static unsigned told_count;

static void keep_outage(const struct host_outage *outage, gpointer user)
{
    (void)user;
    told = *outage;
    told_count++;
}

static void test_outages(void)
{
    begin(10);
    all_down(10, 20);
    all_down(20, 24);
    told_count = 0;
    hosts_outages(hosts, keep_outage, NULL);
    g_assert_cmpuint(told_count, ==, 1); /* four of a host are no outage of it */
    g_assert_cmpstr(told.host, ==, "10.0.0.1");
    g_assert_cmpuint(told.down, ==, 10);
    g_assert_cmpuint(told.wanted, ==, 10);
    g_assert_cmpint(told.reason, ==, REASON_NO_DATA);
    for (unsigned i = 10; i < 16; i++)
        host_member_live(members[i]);
    told_count = 0;
    hosts_outages(hosts, keep_outage, NULL);
    g_assert_cmpuint(told_count, ==, 0);
    end();
}

/* --- what is logged; the process whose log is read is this test again */

/* What happened in this second is told: nothing else waits in the loop. */
static void settle(void)
{
    g_main_context_iteration(NULL, TRUE);
}

static void log_of_host(void)
{
    log_init("test", LOG_LEVEL_INFO);
    begin(20);
    for (unsigned i = 0; i < MEMBERS; i++)
        host_member_live(members[i]);
    all_down(0, 12);
    all_down(20, 23);
    settle();
    for (unsigned i = 0; i < MEMBERS; i++)
        host_member_live(members[i]);
    settle();
    end();
}

static void log_of_network(void)
{
    log_init("test", LOG_LEVEL_INFO);
    begin(1);
    all_down(0, MEMBERS);
    settle();
    for (unsigned i = 0; i < MEMBERS; i++)
        host_member_live(members[i]);
    settle();
    end();
}

static void test_log(void)
{
    g_test_trap_subprocess("/hosts/log/subprocess/host", 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr(
        "*12 of 20 streams of 10.0.0.0 have no picture: unreachable 3, no_data 9; "
        "the first is c0/sub: gone*");
    g_test_trap_assert_stderr("*camera:c20/sub*unreachable: gone*camera:c22/sub*");
    g_test_trap_assert_stderr_unmatched("*camera:c1/sub*");
    g_test_trap_assert_stderr("*all 20 streams of 10.0.0.0 are live again*");
    g_test_trap_subprocess("/hosts/log/subprocess/network", 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*40 of 40 streams of 40 hosts have no picture*");
    g_test_trap_assert_stderr_unmatched("*camera:*");
    g_test_trap_assert_stderr("*all 40 streams of the network are live again*");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hosts/rule", test_rule);
    g_test_add_func("/hosts/never-live", test_never_live);
    g_test_add_func("/hosts/host-wakes", test_host_wakes);
    g_test_add_func("/hosts/network-wakes", test_network_wakes);
    g_test_add_func("/hosts/outages", test_outages);
    g_test_add_func("/hosts/log", test_log);
    g_test_add_func("/hosts/log/subprocess/host", log_of_host);
    g_test_add_func("/hosts/log/subprocess/network", log_of_network);
    return g_test_run();
}
