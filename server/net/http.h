/* What HTTP writes into its header fields, read by pure functions over (text, size): any thread, no
 * allocation unless said. Text need not end with NUL. Fuzzed by tests/fuzz/net. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies the value of cookie `name` of a Cookie field (RFC 6265 §5.4) into `out` as a string.
 * false: absent, longer than out_size - 1, or with a byte outside [A-Za-z0-9_-]. The first one
 * counts. */
bool http_cookie(const char *text, size_t size, const char *name, char *out, size_t out_size);
/* Cuts the next cookie whose name begins with `prefix` off (*text, *size): what follows the prefix
 * in its name, and its value, both of [A-Za-z0-9_-]; others are passed over. false: no more. */
bool http_cookie_next(const char **text, size_t *size, const char *prefix, char *rest,
                      size_t rest_size, char *value, size_t value_size);

/* A Range field (RFC 9110 §14.2) against `total` bytes. HTTP_RANGE_NONE: no single byte range, so
 * the whole is sent. HTTP_RANGE_OK: *first … *last, both inside. */
enum http_range { HTTP_RANGE_NONE, HTTP_RANGE_OK, HTTP_RANGE_OUTSIDE };
enum http_range http_range(const char *text, size_t size, uint64_t total, uint64_t *first,
                           uint64_t *last);

/* Whether a request path names a file below a folder: begins with "/", valid UTF-8, without control
 * characters, backslash, "//", and segments that begin with a dot. At most 512 bytes. */
bool http_path_is_safe(const char *text, size_t size);

/* Whether an Accept-Encoding field takes `coding` (named, q not 0; "*" is not understood). */
bool http_accepts(const char *text, size_t size, const char *coding);

/* Whether an ETag stands in an If-None-Match field (weak comparison; "*" matches). */
bool http_etag_listed(const char *text, size_t size, const char *etag);

/* Whether an Origin ("https://host:port") names the same host and port as a Host field, by the
 * scheme that this server speaks. */
bool http_same_origin(const char *origin, const char *host, bool secure);

/* Whether a comma-separated field holds `token`, case ignored ("Connection: keep-alive, Upgrade").
 */
bool http_has_token(const char *text, size_t size, const char *token);

/* A Content-Length field: digits only, below 2^62. */
bool http_content_length(const char *text, size_t size, uint64_t *length);

/* Splits one decoded query piece "name=value" at its first "=" by writing a NUL there. Returned:
 * the value ("" when there is no "="), inside `piece`. */
char *http_query_value(char *piece);

/* Matches a path against a route pattern ("/cameras/:id"). Returns the number of parameters and
 * where they lie in `path`, at most HTTP_PARAMS; -1: no match. An empty segment matches nothing. */
#define HTTP_PARAMS 4
struct http_param {
    const char *name; /* in the pattern, after ":" */
    size_t name_size;
    const char *value; /* in the path */
    size_t value_size;
};
int http_route_match(const char *pattern, const char *path, struct http_param params[HTTP_PARAMS]);

/* Media type by file name; "application/octet-stream" when unknown. Static text. */
const char *http_media_type(const char *name);
/* Name of a status code ("Not Found"); "Status" when unknown. Static text. */
const char *http_status_name(guint status);
