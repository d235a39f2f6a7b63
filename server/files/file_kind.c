#include "files/file_kind.h"
#include <glib.h>
#include <string.h>

static const struct file_kind_info infos[FILE_KIND_COUNT] = {
    [FILE_JPEG] = {"jpeg", "image/jpeg", ".jpg", CLASS_PICTURE},
    [FILE_PNG] = {"png", "image/png", ".png", CLASS_PICTURE},
    [FILE_WEBP] = {"webp", "image/webp", ".webp", CLASS_PICTURE},
    [FILE_PDF] = {"pdf", "application/pdf", ".pdf", CLASS_DOCUMENT},
    [FILE_DOCX] = {"docx",
                   "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                   ".docx", CLASS_DOCUMENT},
    [FILE_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                   ".xlsx", CLASS_DOCUMENT},
    [FILE_TEXT] = {"text", "text/plain; charset=utf-8", ".txt", CLASS_DOCUMENT},
    [FILE_MP4] = {"mp4", "video/mp4", ".mp4", CLASS_VIDEO},
};

static const struct file_refusal empty = {"empty", "文件是空的", "The file is empty"};
static const struct file_refusal unknown = {
    "file_kind", "不支持这种文件：只接受照片（JPEG、PNG、WebP）、PDF、DOCX、XLSX、TXT 和 MP4",
    "This kind of file is not taken: only pictures (JPEG, PNG, WebP), PDF, DOCX, XLSX, TXT and "
    "MP4"};
static const struct file_refusal heic = {
    "file_kind", "HEIC 照片请先在手机上存为 JPEG（相机设置里选“兼容性最佳”）",
    "Please save HEIC pictures as JPEG on the phone first (camera setting Most Compatible)"};
static const struct file_refusal macros = {"macros", "文档里有宏程序，不能接收",
                                           "The document holds a program (macros)"};

const struct file_kind_info *file_kind_info(enum file_kind kind)
{
    return &infos[kind];
}

int file_kind_find(const char *name)
{
    for (int i = 0; name && i < FILE_KIND_COUNT; i++) {
        if (strcmp(infos[i].name, name) == 0)
            return i;
    }
    return -1;
}

static bool starts(const uint8_t *data, size_t size, size_t at, const char *mark, size_t mark_size)
{
    return size >= at + mark_size && memcmp(data + at, mark, mark_size) == 0;
}

static bool is_heic(const uint8_t *data, size_t size)
{
    static const char *const brands[] = {"heic", "heix", "hevc", "mif1", "msf1", "avif"};
    for (size_t i = 0; i < sizeof brands / sizeof brands[0]; i++) {
        if (starts(data, size, 4, "ftyp", 4) && starts(data, size, 8, brands[i], 4))
            return true;
    }
    return false;
}

/* The end of a PDF is within its last kilobyte. */
static bool is_pdf(const uint8_t *data, size_t size)
{
    if (!starts(data, size, 0, "%PDF-", 5))
        return false;
    for (size_t back = 5; back <= size && back <= 1024; back++) {
        if (memcmp(data + size - back, "%%EOF", 5) == 0)
            return true;
    }
    return false;
}

static bool kind_of_zip(const uint8_t *data, size_t size, enum file_kind *kind,
                        struct file_refusal *refusal)
{
    switch (zip_look(data, size)) {
    case ZIP_DOCX:
        *kind = FILE_DOCX;
        return true;
    case ZIP_XLSX:
        *kind = FILE_XLSX;
        return true;
    case ZIP_MACROS:
        *refusal = macros;
        return false;
    default:
        return false;
    }
}

bool file_kind_of(const uint8_t *data, size_t size, enum file_kind *kind,
                  struct file_refusal *refusal)
{
    *refusal = unknown;
    if (!size) {
        *refusal = empty;
        return false;
    }
    if (starts(data, size, 0, "\xff\xd8\xff", 3))
        *kind = FILE_JPEG;
    else if (starts(data, size, 0, "\x89PNG\r\n\x1a\n", 8))
        *kind = FILE_PNG;
    else if (starts(data, size, 0, "RIFF", 4) && starts(data, size, 8, "WEBP", 4))
        *kind = FILE_WEBP;
    else if (starts(data, size, 0, "%PDF-", 5)) {
        *kind = FILE_PDF;
        return is_pdf(data, size);
    } else if (starts(data, size, 0, "PK\x03\x04", 4))
        return kind_of_zip(data, size, kind, refusal);
    else if (is_heic(data, size)) {
        *refusal = heic;
        return false;
    } else if (starts(data, size, 4, "ftyp", 4)) {
        *kind = FILE_MP4;
        return mp4_is_whole(data, size);
    } else {
        size_t length;
        g_autofree char *text = text_to_utf8(data, size, &length);
        *kind = FILE_TEXT;
        return text != NULL;
    }
    return true;
}
