/* Words of others, made so that they fit a field of an event (docs/events.md): nothing is refused
 * for its prose. Pure; any thread. Returned: valid UTF-8, owned by the caller. */
#pragma once
#include <glib.h>

/* Line ends of other systems become ours, other control characters blanks. Longer than `most_chars`
 * (0: any): it ends in "…". */
char *prose_text(const char *text, long most_chars);
/* On one line: white space becomes single blanks, none around it. */
char *prose_line(const char *text, long most_chars);
/* A name by which things are told apart: one of more than `most_bytes` (at least 24) keeps its
 * beginning and gets a hash of the whole, so that the same stays the same and others differ. */
char *prose_name(const char *text, size_t most_bytes);
