/* The few lines that run inside Redis, so that a check and what it guards are one step. */
#pragma once

/* KEYS lease; ARGV token, milliseconds. 1: the lease is ours (taken or renewed), 0: another's. */
extern const char SCRIPT_LEASE[];

/* KEYS stream, lease; ARGV token, length, the newest id that the stream is known to have ("0-0":
 * none), then five for each change: id, topic, object, time_us, json. Answers {added, repeated}, or
 * an error that begins with FENCED (the lease is not ours) or BEHIND (the stream lost what it had).
 */
extern const char SCRIPT_PUBLISH[];
