#include "simcams/client.h"
#include "simcams/dialogue.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    READ_BYTES = 4096,
    /* a picture or two; more would only hide that a client is slow */
    SEND_BUFFER_BYTES = 256 * 1024,
};

static void client_ready(struct watch *watch, uint32_t events);

struct client *client_create(struct server *server, int fd, const struct sockaddr_in6 *peer)
{
    struct client *client = g_new0(struct client, 1);
    client->watch = (struct watch){fd, client_ready};
    client->server = server;
    client->in = g_byte_array_new();
    client->out = g_byte_array_new();
    client->heard_us = server->now_us;
    client->peer = *peer;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){SEND_BUFFER_BYTES}, sizeof(int));
    g_ptr_array_add(server->clients, client);
    if (!server_watch(server, &client->watch, EPOLLIN | EPOLLRDHUP))
        client_close(client, true);
    return client;
}

void client_destroy(struct client *client)
{
    if (!client)
        return;
    dialogue_stop(client);
    g_ptr_array_remove_fast(client->server->clients, client);
    g_ptr_array_remove_fast(client->server->held, client);
    if (client->reset)
        setsockopt(client->watch.fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0},
                   sizeof(struct linger));
    close(client->watch.fd);
    g_byte_array_unref(client->in);
    g_byte_array_unref(client->out);
    g_free(client->nonce);
    g_free(client->session);
    g_free(client);
}

void client_close(struct client *client, bool reset)
{
    client->reset |= reset;
    if (client->closing)
        return;
    client->closing = true;
    g_ptr_array_add(client->server->closing, client);
}

static void want_output(struct client *client, bool wanted)
{
    server_change(client->server, &client->watch,
                  EPOLLIN | EPOLLRDHUP | (wanted ? (uint32_t)EPOLLOUT : 0u));
}

void client_flush(struct client *client)
{
    if (client->closing || !client_pending(client))
        return;
    if (client->hold_until_us > client->server->now_us)
        return;
    const ssize_t sent = send(client->watch.fd, client->out->data + client->out_done,
                              client->out->len - client->out_done, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        client_close(client, true);
        return;
    }
    client->out_done += sent > 0 ? (guint)sent : 0;
    if (client_pending(client)) {
        want_output(client, true);
        return;
    }
    g_byte_array_set_size(client->out, 0);
    client->out_done = 0;
    want_output(client, false);
    if (client->close_when_written)
        client_close(client, false);
}

void client_write(struct client *client, const uint8_t *bytes, size_t size_bytes)
{
    g_byte_array_append(client->out, bytes, (guint)size_bytes);
    client_flush(client);
}

/* Takes all complete requests out of the input. */
static void parse_input(struct client *client)
{
    size_t done = 0;
    while (!client->closing && !client->close_when_written) {
        struct rtsp_input input;
        const long taken =
            rtsp_input_parse((const char *)client->in->data + done, client->in->len - done, &input);
        if (taken == 0)
            break;
        if (taken < 0) {
            client_close(client, false);
            return;
        }
        if (input.kind == RTSP_INPUT_REQUEST)
            dialogue_answer(client, &input);
        done += (size_t)taken;
    }
    g_byte_array_remove_range(client->in, 0, (guint)done);
    if (client->in->len > RTSP_REQUEST_MAX_BYTES + UINT16_MAX)
        client_close(client, false);
}

static void client_ready(struct watch *watch, uint32_t events)
{
    struct client *client = (struct client *)watch;
    if (client->closing)
        return;
    if (events & EPOLLOUT)
        client_flush(client);
    if (!(events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
        return;
    uint8_t bytes[READ_BYTES];
    const ssize_t got = recv(watch->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        client_close(client, false);
        return;
    }
    client->heard_us = client->server->now_us;
    g_byte_array_append(client->in, bytes, (guint)got);
    parse_input(client);
}
