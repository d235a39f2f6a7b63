/* Decodes, scales and compresses the keyframes of a file again and again, with nothing around it.
 *   picture_bare FILE CPU-SECONDS
 * FILE: for each keyframe a byte (0 H.264, 1 H.265), four bytes of its size (little endian), the
 * keyframe. All lie in memory, as a town's do. Last line: JSON. */
#include "bare_picture.h"
#include <glib.h>
#include <stdio.h>
#include <time.h>

enum { HEAD = 5 };

static double thread_cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* The size of the keyframe at `at`, 0 at the end of the file. */
static size_t keyframe_at(const uint8_t *file, size_t size, size_t at)
{
    if (size - at < HEAD)
        return 0;
    const uint8_t *head = file + at + 1;
    size_t bytes = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
    return size - at - HEAD >= bytes ? bytes : 0;
}

int main(int argc, char **argv)
{
    g_autofree char *text = NULL;
    gsize size;
    g_autoptr(GError) error = NULL;
    if (argc != 3 || !g_file_get_contents(argv[1], &text, &size, &error)) {
        fprintf(stderr, "picture_bare: %s\n", error ? error->message : "FILE CPU-SECONDS");
        return 2;
    }
    const uint8_t *file = (const uint8_t *)text;
    struct bare_picture bare[2];
    bare_picture_open(&bare[0], false);
    bare_picture_open(&bare[1], true);
    double limit_s = g_ascii_strtod(argv[2], NULL), began_s = thread_cpu_s();
    unsigned pictures = 0, refused = 0;
    for (size_t at = 0, bytes; thread_cpu_s() - began_s < limit_s; at += HEAD + bytes) {
        bytes = keyframe_at(file, size, at);
        if (!bytes && at == 0)
            break;
        if (!bytes)
            bytes = keyframe_at(file, size, at = 0);
        if (bare_picture_make(&bare[file[at] & 1], file + at + HEAD, bytes))
            pictures++;
        else
            refused++;
    }
    printf("{\"pictures\":%u,\"refused\":%u,\"cpu_s\":%.4f,\"jpeg_bytes\":%zu}\n", pictures,
           refused, thread_cpu_s() - began_s, bare[0].jpeg_bytes + bare[1].jpeg_bytes);
    bare_picture_close(&bare[0]);
    bare_picture_close(&bare[1]);
    return pictures ? 0 : 1;
}
