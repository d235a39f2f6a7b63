/* UDP sockets for RTP. */
#pragma once
#include "rtsp/headers.h"

/* Opens an even port for RTP and the next one for RTCP. Returned: the even port, 0 when none. */
uint16_t udp_open_pair(int fds[2], bool ipv6);
void udp_close_pair(int fds[2]); /* -1 afterwards, and fine before */

/* Sends a packet each way that opens firewalls; `rtsp_fd` tells where the camera is. */
void udp_punch(const int fds[2], int rtsp_fd, const struct rtsp_transport *transport);

/* Is `address` the host that `rtsp_fd` is connected to, or the announced source? */
bool udp_is_peer(const void *address, int rtsp_fd, const struct rtsp_transport *transport);
