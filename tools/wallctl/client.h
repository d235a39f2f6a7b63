/* One request to the server over its socket, blocking. */
#pragma once
#include <glib.h>
#include <jansson.h>

enum client_error { CLIENT_NO_SERVER, CLIENT_NO_ANSWER };
#define CLIENT_ERROR (g_quark_from_static_string("wallctl-client"))

/* Sends {"cmd","args"}: takes `args`. `progress` (may be NULL) gets each progress object, borrowed.
 * Returned: the answer {"ok",…}; NULL + error. */
json_t *client_ask(const char *socket_path, const char *cmd, json_t *args,
                   void (*progress)(const json_t *progress), GError **error);
