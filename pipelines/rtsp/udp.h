/* UDP sockets for RTP. */
#pragma once
#include "rtsp/headers.h"
#include <netinet/in.h>
#include <sys/socket.h>

/* Opens an even port for RTP and the next one for RTCP, and asks for a receive buffer of
 * `buffer_bytes`; the kernel gives at most net.core.rmem_max. Returned: the even port, 0 when none.
 */
uint16_t udp_open_pair(int fds[2], bool ipv6, size_t buffer_bytes);
/* What the kernel gave. */
size_t udp_buffer_bytes(int fd);

/* Sends a packet each way that opens firewalls; `rtsp_fd` tells where the camera is. */
void udp_punch(const int fds[2], int rtsp_fd, const struct rtsp_transport *transport);

/* Who may send to us: the host that `rtsp_fd` is connected to, and the announced source. */
struct udp_peers {
    struct sockaddr_storage camera;
    struct in_addr source;
    bool source_known;
};
void udp_peers_init(struct udp_peers *peers, int rtsp_fd, const struct rtsp_transport *transport);
bool udp_is_peer(const struct udp_peers *peers, const struct sockaddr_storage *from);
