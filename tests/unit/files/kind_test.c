/* Kinds by content, names, EXIF, MP4: cases that a fuzzer does not judge. */
#include "files/file_kind.h"
#include <glib.h>
#include <string.h>

static void expect(const void *data, size_t size, int kind, const char *code)
{
    enum file_kind found;
    struct file_refusal refusal;
    bool fine = file_kind_of(data, size, &found, &refusal);
    g_assert_cmpint(fine ? (int)found : -1, ==, kind);
    if (!fine)
        g_assert_cmpstr(refusal.code, ==, code);
}
#define EXPECT(text, kind, code) expect(text, sizeof(text) - 1, kind, code)

static void test_kinds(void)
{
    EXPECT("", -1, "empty");
    EXPECT("\xff\xd8\xff\xe0", FILE_JPEG, NULL);
    EXPECT("\x89PNG\r\n\x1a\n", FILE_PNG, NULL);
    EXPECT("RIFF\x10\0\0\0WEBPVP8 ", FILE_WEBP, NULL);
    EXPECT("RIFF\x10\0\0\0WAVEfmt ", -1, "file_kind");
    EXPECT("%PDF-1.7\n…%%EOF\n", FILE_PDF, NULL);
    EXPECT("%PDF-1.7\n cut off", -1, "file_kind");
    EXPECT("MZ\x90\0\x03", -1, "file_kind");
    EXPECT("\x7f"
           "ELF\x02",
           -1, "file_kind");
    EXPECT("PK\x03\x04 and no more", -1, "file_kind");
    EXPECT("\0\0\0\x18"
           "ftypheic\0\0\0\0",
           -1, "file_kind");
    EXPECT("\xe7\x8e\xb0\xe5\x9c\xba", FILE_TEXT, NULL);
    EXPECT("\xcf\xd6\xb3\xa1", FILE_TEXT, NULL); /* GB 18030 */
    EXPECT("\xff\xfe\xb0\x73", FILE_TEXT, NULL); /* UTF-16 */
    EXPECT("bell \a", -1, "file_kind");
    EXPECT("nul \0 inside", -1, "file_kind");
}

/* Adds an entry of a table of contents. */
static void add_entry(GByteArray *zip, const char *name)
{
    guint8 head[46] = {'P', 'K', 1, 2};
    head[28] = (guint8)strlen(name);
    g_byte_array_append(zip, head, sizeof head);
    g_byte_array_append(zip, (const guint8 *)name, (guint)strlen(name));
}

/* What the end says of the table of contents: how many entries, how many bytes. */
static enum zip_found look_at(const GByteArray *entries, guint8 count, gsize length)
{
    guint8 end[22] = {'P', 'K', 5, 6};
    end[10] = count;
    end[12] = (guint8)length;
    g_autoptr(GByteArray) zip = g_byte_array_new();
    g_byte_array_append(zip, entries->data, entries->len);
    g_byte_array_append(zip, end, sizeof end);
    return zip_look(zip->data, zip->len);
}

static void test_archive(void)
{
    g_autoptr(GByteArray) zip = g_byte_array_new();
    add_entry(zip, "[Content_Types].xml");
    add_entry(zip, "word/document.xml");
    gsize two = zip->len;
    g_assert_cmpint(look_at(zip, 2, two), ==, ZIP_DOCX);
    add_entry(zip, "word/vbaProject.bin");
    g_assert_cmpint(look_at(zip, 3, zip->len), ==, ZIP_MACROS);
    g_assert_cmpint(look_at(zip, 2, zip->len), ==, ZIP_NONE); /* one was not counted */
    g_assert_cmpint(look_at(zip, 3, two), ==, ZIP_NONE);
}

static void expect_name(const char *given, enum file_kind kind, const char *wanted)
{
    g_autofree char *name = file_name_clean(given, kind);
    g_assert_cmpstr(name, ==, wanted);
}

static void test_names(void)
{
    expect_name(NULL, FILE_PDF, "附件.pdf");
    expect_name("../../etc/passwd", FILE_TEXT, "passwd.txt");
    expect_name("C:\\windows\\system32\\cmd.exe", FILE_JPEG, "cmd.jpg");
    expect_name("...", FILE_JPEG, "附件.jpg");
    expect_name(".htaccess", FILE_TEXT, "htaccess.txt");
    expect_name("a\"b\r\nc: d.png", FILE_PNG, "a_b__c_ d.png");
    expect_name("gnp\u202e.exe", FILE_PNG, "gnp_.png");
    expect_name("现场.第二次.jpeg", FILE_JPEG, "现场.第二次.jpg");
    g_autofree char *wide = g_strnfill(5000, 'x');
    g_autofree char *name = file_name_clean(wide, FILE_PDF);
    g_assert_cmpuint(strlen(name), ==, 84);
    g_assert_null(file_name_decode("%ff%fe"));
    g_assert_null(file_name_decode("%zz"));
    g_autofree char *field = file_name_disposition("现 场\".jpg", FILE_JPEG);
    g_assert_cmpstr(field, ==,
                    "attachment; filename=\"attachment.jpg\"; "
                    "filename*=UTF-8''%E7%8E%B0%20%E5%9C%BA%22.jpg");
}

static void test_exif(void)
{
    static const uint8_t big[] = "\xff\xd8\xff\xe1\x00\x22"
                                 "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
                                 "\0\0\0\0\xff\xda";
    static const uint8_t little[] = "\xff\xd8\xff\xe0\0\x04xx\xff\xe1\x00\x22"
                                    "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0"
                                    "\0\0\0\0\0\xff\xda";
    g_assert_cmpuint(exif_orientation(big, sizeof big - 1, FILE_JPEG), ==, 6);
    g_assert_cmpuint(exif_orientation(little, sizeof little - 1, FILE_JPEG), ==, 8);
    g_assert_cmpuint(exif_orientation(big, 20, FILE_JPEG), ==, 1);
    g_assert_cmpuint(exif_orientation(big, sizeof big - 1, FILE_PDF), ==, 1);
}

/* ftyp, moov (udta; trak with a handler of its own; trak with pictures and udta), uuid. */
static void test_video(void)
{
    static const char head[] = "\0\0\0\x0c"
                               "ftypisom";
    static const char moov[] = "\0\0\0\x6c"
                               "moov"
                               "\0\0\0\x0c"
                               "udtaWERE"
                               "\0\0\0\x28"
                               "trak"
                               "\0\0\0\x20"
                               "mdia"
                               "\0\0\0\x18"
                               "hdlr\0\0\0\0\0\0\0\0gpmd\0\0\0\0"
                               "\0\0\0\x30"
                               "trak"
                               "\0\0\0\x1c"
                               "mdia"
                               "\0\0\0\x14"
                               "hdlr\0\0\0\0\0\0\0\0vide"
                               "\0\0\0\x0c"
                               "udtaWHO!";
    static const char tail[] = "\0\0\0\x0c"
                               "uuidXMP!"
                               "\0\0\0\x0c"
                               "mdatdata";
    g_autoptr(GByteArray) video = g_byte_array_new();
    g_byte_array_append(video, (const guint8 *)head, sizeof head - 1);
    g_byte_array_append(video, (const guint8 *)moov, sizeof moov - 1);
    g_byte_array_append(video, (const guint8 *)tail, sizeof tail - 1);
    g_assert_true(mp4_is_whole(video->data, video->len));
    g_assert_false(mp4_is_whole(video->data, video->len - 1));
    g_assert_true(mp4_clean(video->data, video->len));
    const char *gone[] = {"WERE", "WHO!", "XMP!", "gpmd"};
    for (size_t i = 0; i < G_N_ELEMENTS(gone); i++)
        g_assert_null(memmem(video->data, video->len, gone[i], 4));
    g_assert_nonnull(memmem(video->data, video->len, "vide", 4));
    g_assert_nonnull(memmem(video->data, video->len, "mdatdata", 8));
    g_assert_true(mp4_is_whole(video->data, video->len));
}

static void add_text(GByteArray *out, const char *text, gsize size)
{
    g_byte_array_append(out, (const guint8 *)text, (guint)size);
}

/* Rooms and boxes of makers, at each level, and in a fragment. */
static void test_rooms(void)
{
    static const char head[] = "\0\0\0\x0c"
                               "ftypisom"
                               "\0\0\0\x10"
                               "freefreeGPS1";
    static const char moov[] = "\0\0\0\x72"
                               "moov"
                               "\0\0\0\x0c"
                               "gps GPS2"
                               "\0\0\0\x5e"
                               "trak"
                               "\0\0\0\x0c"
                               "skipGPS3"
                               "\0\0\0\x48"
                               "mdia"
                               "\0\0\0\x26"
                               "hdlr\0\0\0\0\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0MAKER\0"
                               "\0\0\0\x1a"
                               "minf"
                               "\0\0\0\x12"
                               "stbl"
                               "\0\0\0\x08"
                               "stts"
                               "!!"
                               "!!";
    static const char tail[] = "\0\0\0\x20"
                               "moof"
                               "\0\0\0\x18"
                               "traf"
                               "\0\0\0\x08"
                               "trun"
                               "\0\0\0\x08"
                               "GPS4"
                               "\0\0\0\x0c"
                               "mdatdata";
    g_autoptr(GByteArray) video = g_byte_array_new();
    add_text(video, head, sizeof head - 1);
    add_text(video, moov, sizeof moov - 1);
    add_text(video, tail, sizeof tail - 1);
    g_assert_true(mp4_is_whole(video->data, video->len));
    g_assert_true(mp4_clean(video->data, video->len));
    const char *gone[] = {"GPS1", "GPS2", "GPS3", "GPS4", "MAKE", "skip", "gps ", "!!"};
    for (size_t i = 0; i < G_N_ELEMENTS(gone); i++)
        g_assert_null(memmem(video->data, video->len, gone[i], strlen(gone[i])));
    const char *there[] = {"vide", "stbl", "stts", "trun", "mdatdata"};
    for (size_t i = 0; i < G_N_ELEMENTS(there); i++)
        g_assert_nonnull(memmem(video->data, video->len, there[i], strlen(there[i])));
    g_assert_true(mp4_is_whole(video->data, video->len));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/files/kinds", test_kinds);
    g_test_add_func("/files/archive", test_archive);
    g_test_add_func("/files/names", test_names);
    g_test_add_func("/files/exif", test_exif);
    g_test_add_func("/files/video", test_video);
    g_test_add_func("/files/rooms", test_rooms);
    return g_test_run();
}
