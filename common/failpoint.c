#include "common/failpoint.h"
#include <glib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

atomic_bool failpoint_armed;
static char armed_name[64];
static atomic_llong passes_left;

void failpoint_init(const char *text)
{
    const char *colon = text ? strrchr(text, ':') : NULL;
    guint64 count;
    if (!colon || (size_t)(colon - text) >= sizeof armed_name ||
        !g_ascii_string_to_unsigned(colon + 1, 10, 1, G_MAXINT64, &count, NULL))
        return;
    memcpy(armed_name, text, (size_t)(colon - text));
    armed_name[colon - text] = '\0';
    atomic_store(&passes_left, (long long)count);
    atomic_store(&failpoint_armed, true);
}

void failpoint_pass(const char *name)
{
    if (strcmp(name, armed_name) == 0 && atomic_fetch_sub(&passes_left, 1) == 1)
        kill(getpid(), SIGKILL);
}
