/* An exported audit log, or the exported record of a case, checked without asking anybody
 * (docs/audit.md "Export"). Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define AUDIT_KEY_BYTES 32

struct audit_file {
    gint64 records, heads;             /* how many there are */
    gint64 first, last;                /* numbers of the first and the last record, 0: none */
    gint64 first_us, last_us;          /* their times */
    gint64 signed_to, signed_us;       /* the newest record that a head covers, and when; 0: none */
    char key[2 * AUDIT_KEY_BYTES + 1]; /* that signed, hexadecimal */
    char hash[65];                     /* of the last record */
    gint64 line;                       /* where it is wrong */
    const char *wrong;                 /* static; NULL: it holds */
};

/* Checks every line. `key`: the public key that heads must be signed with, 64 hexadecimal digits;
 * NULL: the one that the file names. Returned: it->wrong is NULL. */
bool audit_file_check(const char *data, size_t size, const char *key, struct audit_file *it);
