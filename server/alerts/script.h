/* The few lines that run inside Redis, so that a check and what it guards are one step. */
#pragma once

/* KEYS lease, fence; ARGV token, milliseconds, the least fence that a store knows, the fence that
 * the token holds ("0": none). The fence when the lease is ours: the held one when nobody took the
 * lease since, else a new one, greater than every one before; 0: the lease is another's. */
extern const char SCRIPT_EVENTS_LEASE[];

/* KEYS stream, lease; ARGV token. Drops what every group has acknowledged; answers how many, or an
 * error that begins with FENCED. */
extern const char SCRIPT_EVENTS_TRIM[];
