/* UDP sockets for RTP. */
#pragma once
#include "rtsp/headers.h"
#include <netinet/in.h>
#include <sys/socket.h>

/* Opens an even port for RTP and the next one for RTCP, and asks for a receive buffer of
 * `buffer_bytes`; the kernel gives at most net.core.rmem_max. Returned: the even port, 0 when none.
 */
uint16_t udp_open_pair(int fds[2], bool ipv6, size_t buffer_bytes);
void udp_close_pair(int fds[2]); /* -1 afterwards, and fine before */

/* Sends a packet each way that opens firewalls; `rtsp_fd` tells where the camera is. */
void udp_punch(const int fds[2], int rtsp_fd, const struct rtsp_transport *transport);

/* Bytes of datagrams, with what the kernel keeps beside them, that wait in the socket at most. */
int udp_room_bytes(int fd);

/* Who may send: the host that the camera's connection goes to, or the source it announced. */
struct udp_peer {
    struct sockaddr_storage host;
    struct in_addr source; /* 0: none */
};
struct udp_peer udp_peer_of(int rtsp_fd, const struct rtsp_transport *transport);
/* Only the host counts, not the port: some cameras send from another one than they announced. */
bool udp_is_peer(const struct sockaddr_storage *address, const struct udp_peer *peer);
