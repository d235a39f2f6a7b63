/* Whether a camera's certificate is believed. Cameras sign their own, so that an authority can
 * vouch for few of them; what can be told is whether it is still the same as when it was seen
 * first. */
#pragma once
#include "rtsp/rtsp.h"
#include <gio/gio.h>

struct trust;

/* `path`: file that remembers, one line a camera: "HOST:PORT FINGERPRINT DATE"; made when needed,
 * read again when it was changed. NULL: remembered until the end. */
struct trust *trust_create(enum trust_policy policy, const char *path);
void trust_destroy(struct trust *trust); /* NULL is fine */

/* Any thread. `place` is "HOST:PORT"; `flags` say what no authority would have vouched for. false:
 * `error` says what was seen and what was expected, and how it can be accepted. */
bool trust_accepts(struct trust *trust, const char *place, GTlsCertificate *certificate,
                   GTlsCertificateFlags flags, GError **error);

/* Any thread. SHA-256 of the certificate as browsers and cameras show it: "AB:CD:…". Returned: new
 * string. */
char *trust_fingerprint(GTlsCertificate *certificate);

/* Lines of the file. Returned: new table of place → fingerprint; lines that are none are left out.
 * Pure. */
GHashTable *trust_parse(const char *text, size_t size);
