/* Which files may be played. An address of a camera is something that people type; without a bound
 * it would tell them what else lies on this machine. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* True for an address that is no file, and for a file below one of `roots` (absolute folders, "/"
 * too; NULL: none), whatever links lead to. A file that is not there is judged by its name. false:
 * `error` (G_IO_ERROR_PERMISSION_DENIED) says the same of each, there or not. Any thread; asks the
 * file system. */
bool file_roots_allow(char **roots, const char *url, GError **error);
