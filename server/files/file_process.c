/* townwall-file: decodes one uploaded picture for townwalld and encodes it anew without anything
 * that came with it, in a process of its own, because decoders of foreign bytes crash, hang and eat
 * memory. Started by townwalld only. */
#include "common/cage.h"
#include "files/raster.h"
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PHOTO_QUALITY = 90, THUMB_QUALITY = 80, CPU_S = 30 };

static bool put(const void *data, size_t size)
{
    const uint8_t *at = data;
    while (size) {
        ssize_t done = write(FILE_FD_OUT, at, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        size -= (size_t)done;
    }
    return true;
}

static bool answer(struct file_answer *head, const uint8_t *picture, const uint8_t *thumb)
{
    return put(head, sizeof *head) && (!picture || put(picture, head->picture_bytes)) &&
           (!thumb || put(thumb, head->thumb_bytes));
}

/* Photographs stay JPEG; what may be drawings or screens keeps its every pixel. */
static enum file_kind kind_after(enum file_kind kind, const struct raster *raster)
{
    return kind == FILE_PNG || raster->channels == 4 ? FILE_PNG : FILE_JPEG;
}

static bool work(const uint8_t *data, size_t size, enum file_kind kind, uint64_t most_pixels)
{
    struct raster raster, small;
    struct file_answer head = {.result = raster_decode(data, size, kind, most_pixels, &raster)};
    if (head.result != FILE_RESULT_DONE)
        return answer(&head, NULL, NULL);
    raster_turn(&raster, exif_orientation(data, size, kind));
    size_t picture_bytes = 0, thumb_bytes = 0;
    head.kind = kind_after(kind, &raster);
    head.width_px = raster.width_px;
    head.height_px = raster.height_px;
    small = raster_shrink(&raster, FILE_THUMB_PX);
    uint8_t *thumb = small.data ? raster_jpeg(&small, THUMB_QUALITY, &thumb_bytes) : NULL;
    uint8_t *picture = head.kind == FILE_PNG ? raster_png(&raster, &picture_bytes)
                                             : raster_jpeg(&raster, PHOTO_QUALITY, &picture_bytes);
    head.picture_bytes = (uint32_t)picture_bytes;
    head.thumb_bytes = (uint32_t)thumb_bytes;
    bool fine = picture && thumb && picture_bytes + thumb_bytes < FILE_ANSWER_BYTES;
    if (!fine) {
        head = (struct file_answer){.result = FILE_RESULT_DAMAGED};
        fine = answer(&head, NULL, NULL);
    } else {
        fine = answer(&head, picture, thumb);
    }
    g_free(picture);
    g_free(thumb);
    raster_clear(&small);
    raster_clear(&raster);
    return fine;
}

int main(int argc, char **argv)
{
    int kind = argc == 4 ? file_kind_find(argv[1]) : -1;
    uint64_t most_pixels = kind >= 0 ? strtoull(argv[2], NULL, 10) * 1000000 : 0;
    size_t memory_mb = kind >= 0 ? strtoul(argv[3], NULL, 10) : 0;
    struct stat about;
    if (!most_pixels || !memory_mb || fstat(FILE_FD_IN, &about) != 0 || about.st_size <= 0) {
        fprintf(stderr, "townwall-file is started by townwalld\n");
        return 2;
    }
    size_t size = (size_t)about.st_size;
    cage_settle("tw-file", FILE_FD_OUT + 1);
    const struct rlimit cpu = {CPU_S, CPU_S}, room = {FILE_ANSWER_BYTES, FILE_ANSWER_BYTES};
    setrlimit(RLIMIT_CPU, &cpu);
    setrlimit(RLIMIT_FSIZE, &room);
    const uint8_t *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, FILE_FD_IN, 0);
    if (data == MAP_FAILED)
        return EXIT_FAILURE;
    cage_close(memory_mb);
    return work(data, size, (enum file_kind)kind, most_pixels) ? EXIT_SUCCESS : EXIT_FAILURE;
}
