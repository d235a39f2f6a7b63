/* What a bench's programs need of a browser: connections to the server on loopback, the WebSocket
 * of docs/websocket.md. Whatever goes wrong is written to stderr and ends the program. */
#pragma once
#include <glib.h>

/* `what` with the program's name and errno's text. */
void client_fail(const char *what) G_GNUC_NORETURN;

/* A connected TCP socket, without delay for small writes; the caller closes it. */
int client_connect(int port);
/* Writes all of it, waiting for room. */
void client_send(int fd, const void *data, size_t size);

/* Makes a WebSocket of a connection; `cookie` is "NAME=VALUE" of a session. What follows the
 * server's answer stays in the socket. */
void websocket_upgrade(int fd, int port, const char *cookie);
/* A text message of less than 126 bytes. */
void websocket_send_text(int fd, const char *text);
/* Answers a ping with its payload, 125 bytes at most. */
void websocket_pong(int fd, const guint8 *payload, size_t size);

enum { WEBSOCKET_TEXT = 0x81, WEBSOCKET_BINARY = 0x82, WEBSOCKET_PING = 0x89 };
/* The frame that begins at `data`, whose first byte is its kind. Returned: its bytes, 0 when it is
 * not whole; its payload lies in `data`. */
size_t websocket_frame(const guint8 *data, size_t size, const guint8 **payload, size_t *length);
