/* Addresses whose credentials were hidden (log_redact()) and that come back from a person. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Whether something in the address is hidden. */
bool camera_url_hidden(const char *url);

/* `given` with what is hidden in it taken from `stored` (NULL: nothing is). An unchanged address is
 * the stored one; of a changed one only user and password are filled in, and only for the same host
 * and port: credentials go to no host that they were not entered for. Returned: the address, new;
 * NULL: something stays hidden. */
char *camera_url_fill(const char *given, const char *stored);
