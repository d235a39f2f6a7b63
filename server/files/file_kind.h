/* Which kind of file bytes are: told by the content alone, never by a name or by what the sender
 * says. Pure; any thread; fuzzed (files_kind). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum file_kind {
    FILE_JPEG,
    FILE_PNG,
    FILE_WEBP,
    FILE_PDF,
    FILE_DOCX,
    FILE_XLSX,
    FILE_TEXT,
    FILE_MP4,
    FILE_KIND_COUNT,
};
enum file_class { CLASS_PICTURE, CLASS_DOCUMENT, CLASS_VIDEO, CLASS_COUNT };

struct file_kind_info {
    const char *name, *media, *suffix; /* "jpeg", "image/jpeg", ".jpg" */
    enum file_class class;
};
const struct file_kind_info *file_kind_info(enum file_kind kind);
/* −1: no such kind. */
int file_kind_find(const char *name);

/* Why bytes are not taken; static texts. */
struct file_refusal {
    const char *code, *zh, *en;
};
/* false: none of ours; `refusal` says why. Of a document all of it is looked at: macros in Office
 * files, NUL bytes in text. */
bool file_kind_of(const uint8_t *data, size_t size, enum file_kind *kind,
                  struct file_refusal *refusal);

/* --- file_zip.c: an Office document is a ZIP archive whose members tell its kind */
enum zip_found {
    ZIP_NONE,  /* no whole archive */
    ZIP_OTHER, /* an archive, but no document of ours */
    ZIP_DOCX,
    ZIP_XLSX,
    ZIP_MACROS, /* with a program inside */
};
enum zip_found zip_look(const uint8_t *data, size_t size);

/* --- file_text.c */
/* Is it text without control characters, in UTF-8? */
bool text_is_plain(const uint8_t *data, size_t size);
/* Text in UTF-8 of text that may be GB 18030 or UTF-16 with its mark; NULL: it is no text.
 * Returned: g_free(); *out_size without the NUL behind. */
char *text_to_utf8(const uint8_t *data, size_t size, size_t *out_size);

/* --- file_mp4.c */
/* Is it a video of whole boxes with its table of contents? */
bool mp4_is_whole(const uint8_t *data, size_t size);
/* Blanks what may say where and by whom it was taken (all boxes but those that are needed to play,
 * also `free` and `skip`, and tracks that are neither picture nor sound): in place, without moving
 * a byte. false: it is not whole. */
bool mp4_clean(uint8_t *data, size_t size);

/* --- file_exif.c */
/* How a JPEG, PNG or WebP picture is to be turned before it is shown (EXIF 0x0112): 1–8; 1 when it
 * does not say. */
unsigned exif_orientation(const uint8_t *data, size_t size, enum file_kind kind);

/* --- file_name.c */
/* A name that can be shown and saved everywhere: the last segment of `given` (NULL: none) without
 * control, direction and path characters, at most 80 characters, ended by the kind's suffix.
 * Returned: g_free(). */
char *file_name_clean(const char *given, enum file_kind kind);
/* Decodes %XX; NULL: not valid, or no UTF-8. Returned: g_free(). */
char *file_name_decode(const char *text);
/* Content-Disposition of a name, ASCII (RFC 6266). Returned: g_free(). */
char *file_name_disposition(const char *name, enum file_kind kind);
