/* STUN and TURN servers that browsers are told. Loop thread only. */
#pragma once
#include <glib.h>
#include <jansson.h>

/* `servers`: rtc.ice of the configuration, borrowed. Returned: an array of RTCIceServer for `name`.
 * A server with a shared secret gets a login that ends in a day, as TURN servers understand it
 * (draft-uberti-behave-turn-rest-00): "END:NAME" and its HMAC-SHA1. */
json_t *rtc_ice_servers(const json_t *servers, const char *name, gint64 now_us);
