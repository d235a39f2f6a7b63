/* RTSP authentication: challenges and checks of Basic (RFC 7617) and Digest (RFC 7616, MD5 and
 * SHA-256). Pure; any thread. */
#pragma once
#include "simcams/options.h"
#include "simcams/rtsp_message.h"

/* What camera `number` asks for: one of AUTH_NONE, AUTH_BASIC, AUTH_DIGEST. */
enum auth_mode auth_of_camera(enum auth_mode mode, unsigned number);

/* The WWW-Authenticate lines of a 401 answer. Owned by the caller. */
char *auth_challenge(enum auth_mode kind, const char *nonce);

/* Whether an Authorization header proves knowledge of user and password for this method. */
bool auth_check(enum auth_mode kind, struct span authorization, struct span method,
                const char *user, const char *password, const char *nonce);

/* The value of one field ("nonce", "uri" …) of a Digest header, without quotes; empty if missing.
 */
struct span auth_field(struct span header, const char *name);
