#include "client.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SHORT_BYTES = 126 };

void client_fail(const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, g_strerror(errno));
    exit(1);
}

int client_connect(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((guint16)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        client_fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

void client_send(int fd, const void *data, size_t size)
{
    if (send(fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
        client_fail("send");
}

void websocket_upgrade(int fd, int port, const char *cookie)
{
    g_autofree char *request = g_strdup_printf(
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nCookie: %s\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: townwall.1\r\n\r\n",
        port, port, cookie);
    client_send(fd, request, strlen(request));
    char answer[4096] = "";
    size_t size = 0;
    while (!strstr(answer, "\r\n\r\n")) { /* what follows belongs to the first frame */
        if (size == sizeof answer - 1 || read(fd, answer + size, 1) != 1)
            client_fail("upgrade");
        size++;
    }
    if (g_str_has_prefix(answer, "HTTP/1.1 101"))
        return;
    fprintf(stderr, "%s: refused: %s\n", program_invocation_short_name, answer);
    exit(1);
}

/* A client's frames are masked; a mask of zeros leaves them as they are. */
static void send_frame(int fd, guint8 kind, const void *payload, size_t size)
{
    guint8 frame[6 + SHORT_BYTES] = {kind, (guint8)(0x80 | size)};
    g_assert(size < SHORT_BYTES);
    memcpy(frame + 6, payload, size);
    client_send(fd, frame, size + 6);
}

void websocket_send_text(int fd, const char *text)
{
    send_frame(fd, WEBSOCKET_TEXT, text, strlen(text));
}

void websocket_pong(int fd, const guint8 *payload, size_t size)
{
    send_frame(fd, 0x8a, payload, size);
}

size_t websocket_frame(const guint8 *data, size_t size, const guint8 **payload, size_t *length)
{
    if (size < 2)
        return 0;
    size_t head = data[1] == 127 ? 10 : data[1] == 126 ? 4 : 2;
    if (size < head)
        return 0;
    guint64 bytes = head == 2 ? data[1] : 0;
    for (size_t i = 2; i < head; i++)
        bytes = bytes << 8 | data[i];
    *payload = data + head;
    *length = bytes;
    return size - head >= bytes ? head + bytes : 0;
}
