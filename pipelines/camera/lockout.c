#include "camera/lockout.h"

enum { REFUSALS = 3, ANSWER_US = 30000000 };

struct lockout {
    GHashTable *logins; /* text → struct login */
};

struct login {
    unsigned refused; /* in a row */
    unsigned playing;
    int64_t until_us;
};

struct lockout *lockout_create(void)
{
    struct lockout *lockout = g_new0(struct lockout, 1);
    lockout->logins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return lockout;
}

void lockout_destroy(struct lockout *lockout)
{
    if (!lockout)
        return;
    g_hash_table_unref(lockout->logins);
    g_free(lockout);
}

static struct login *login_of(struct lockout *lockout, const char *text)
{
    struct login *login = g_hash_table_lookup(lockout->logins, text);
    if (!login) {
        login = g_new0(struct login, 1);
        g_hash_table_insert(lockout->logins, g_strdup(text), login);
    }
    return login;
}

int64_t lockout_wait_us(struct lockout *lockout, const char *text, int64_t now_us)
{
    struct login *login = g_hash_table_lookup(lockout->logins, text);
    if (!login || login->refused < REFUSALS || login->playing)
        return 0;
    if (now_us < login->until_us)
        return login->until_us - now_us;
    login->until_us = now_us + ANSWER_US;
    return 0;
}

void lockout_refused(struct lockout *lockout, const char *text, int64_t now_us, int64_t rest_us)
{
    struct login *login = login_of(lockout, text);
    if (login->playing)
        return;
    login->refused++;
    login->until_us = now_us + rest_us;
}

void lockout_accepted(struct lockout *lockout, const char *text)
{
    struct login *login = login_of(lockout, text);
    login->refused = 0;
    login->playing++;
}

void lockout_ended(struct lockout *lockout, const char *text)
{
    struct login *login = login_of(lockout, text);
    if (login->playing)
        login->playing--;
}
