#include "rtsp/udp.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <glib.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

enum { ATTEMPTS = 32 };

static int open_port(bool ipv6, size_t buffer_bytes, uint16_t wanted, uint16_t *port)
{
    int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    struct sockaddr_storage address = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
    address.ss_family = ipv6 ? AF_INET6 : AF_INET;
    if (ipv6)
        v6->sin6_port = htons(wanted);
    else
        v4->sin_port = htons(wanted);
    socklen_t size = ipv6 ? sizeof *v6 : sizeof *v4;
    if (bind(fd, (struct sockaddr *)&address, size) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
        close(fd);
        return -1;
    }
    *port = ntohs(ipv6 ? v6->sin6_port : v4->sin_port);
    int bytes = (int)MIN(buffer_bytes, (size_t)G_MAXINT / 2);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    return fd;
}

void udp_close_pair(int fds[2])
{
    for (int i = 0; i < 2; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }
}

uint16_t udp_open_pair(int fds[2], bool ipv6, size_t buffer_bytes)
{
    udp_close_pair(fds);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        uint16_t first = 0, second = 0;
        int a = open_port(ipv6, buffer_bytes, 0, &first);
        if (a < 0)
            return 0;
        uint16_t other = first & 1 ? (uint16_t)(first - 1) : (uint16_t)(first + 1);
        int b = open_port(ipv6, buffer_bytes, other, &second);
        if (b >= 0) {
            fds[0] = first & 1 ? b : a;
            fds[1] = first & 1 ? a : b;
            /* a picture's packets, which come one after the other, in one piece; where the kernel
             * cannot, each comes by itself */
            setsockopt(fds[0], IPPROTO_UDP, UDP_GRO, &(int){1}, sizeof(int));
            return first & 1 ? second : first;
        }
        close(a);
    }
    return 0;
}

static bool peer_of(int rtsp_fd, struct sockaddr_storage *peer, socklen_t *size)
{
    *peer = (struct sockaddr_storage){.ss_family = AF_UNSPEC};
    *size = sizeof *peer;
    return getpeername(rtsp_fd, (struct sockaddr *)peer, size) == 0;
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)address)->sin_port = htons(port);
}

void udp_punch(const int fds[2], int rtsp_fd, const struct rtsp_transport *transport)
{
    static const uint8_t rtp[12] = {0x80};
    static const uint8_t rtcp[8] = {0x80, 201, 0, 1};
    struct sockaddr_storage peer;
    socklen_t size;
    if (!transport->server_rtp_port || !peer_of(rtsp_fd, &peer, &size))
        return;
    set_port(&peer, transport->server_rtp_port);
    sendto(fds[0], rtp, sizeof rtp, MSG_DONTWAIT, (struct sockaddr *)&peer, size);
    set_port(&peer, transport->server_rtcp_port);
    sendto(fds[1], rtcp, sizeof rtcp, MSG_DONTWAIT, (struct sockaddr *)&peer, size);
}

static bool same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
    if (a->ss_family != b->ss_family || a->ss_family == AF_UNSPEC)
        return false;
    if (a->ss_family == AF_INET6)
        return !memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
                       &((const struct sockaddr_in6 *)b)->sin6_addr, sizeof(struct in6_addr));
    return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
           ((const struct sockaddr_in *)b)->sin_addr.s_addr;
}

int udp_room_bytes(int fd)
{
    int bytes = 0;
    socklen_t size = sizeof bytes;
    return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &size) == 0 ? bytes : 0;
}

struct udp_peer udp_peer_of(int rtsp_fd, const struct rtsp_transport *transport)
{
    struct udp_peer peer = {0};
    socklen_t size;
    peer_of(rtsp_fd, &peer.host, &size);
    if (inet_pton(AF_INET, transport->source, &peer.source) != 1)
        peer.source.s_addr = 0;
    return peer;
}

bool udp_is_peer(const struct sockaddr_storage *address, const struct udp_peer *peer)
{
    if (same_host(address, &peer->host))
        return true;
    return peer->source.s_addr && address->ss_family == AF_INET &&
           ((const struct sockaddr_in *)address)->sin_addr.s_addr == peer->source.s_addr;
}
