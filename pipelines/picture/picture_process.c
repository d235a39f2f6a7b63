/* townwall-picture: decodes keyframes for townwall-media, in a process of its own, because decoders
 * of foreign bytes crash, hang and eat memory. Started by townwall-media only. */
#include "common/cage.h"
#include "picture/picture_decoder.h"
#include "picture/picture_encoder.h"
#include "picture/picture_exchange.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct process {
    struct picture_shared *shared;
    struct picture_decoder *decoder;
    struct picture_encoder *encoder;
};

static uint64_t cpu_us(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000u + (uint64_t)used.tv_nsec / 1000u;
}

/* Scaled as ordered. */
static bool scale(struct process *process, const struct picture_order *order,
                  const struct AVFrame *frame, struct picture_answer *answer)
{
    if (order->kind == PICTURE_SNAPSHOT)
        return picture_encoder_resize(process->encoder, frame, order->width_px, &answer->width_px,
                                      &answer->height_px);
    const uint8_t *luma =
        picture_encoder_fit(process->encoder, frame, order->width_px, order->height_px);
    if (!luma)
        return false;
    answer->width_px = order->width_px;
    answer->height_px = order->height_px;
    memcpy(process->shared->luma, luma, (size_t)order->width_px * (size_t)order->height_px);
    return true;
}

static void work(struct process *process, const struct picture_order *order,
                 struct picture_answer *answer)
{
    const struct picture_packet packet = {
        .codec = order->codec,
        .width_px = order->format_width_px,
        .height_px = order->format_height_px,
        .data = process->shared->packet,
        .size = order->packet_bytes,
    };
    atomic_store(&process->shared->begun, order->number);
    const struct AVFrame *frame = picture_decoder_decode(process->decoder, &packet);
    *answer = (struct picture_answer){.number = order->number};
    if (!frame || !scale(process, order, frame, answer))
        return;
    const uint8_t *jpeg;
    size_t bytes = picture_encoder_jpeg(process->encoder, order->jpeg_quality, &jpeg);
    if (bytes > PICTURE_JPEG_BYTES)
        return;
    memcpy(process->shared->jpeg, jpeg, bytes);
    answer->jpeg_bytes = (uint32_t)bytes;
}

static int serve(struct process *process)
{
    for (;;) {
        struct picture_order order;
        ssize_t got = recv(PICTURE_FD_SOCKET, &order, sizeof order, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != (ssize_t)sizeof order)
            return EXIT_SUCCESS; /* townwall-media has ended, or wants us no more */
        struct picture_answer answer;
        work(process, &order, &answer);
        answer.cpu_us = cpu_us();
        if (send(PICTURE_FD_SOCKET, &answer, sizeof answer, 0) < 0)
            return EXIT_SUCCESS;
    }
}

int main(int argc, char **argv)
{
    size_t memory_mb = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    void *shared = mmap(NULL, sizeof(struct picture_shared), PROT_READ | PROT_WRITE, MAP_SHARED,
                        PICTURE_FD_SHARED, 0);
    if (!memory_mb || shared == MAP_FAILED) {
        fprintf(stderr, "townwall-picture is started by townwall-media\n");
        return 2;
    }
    cage_settle("tw-picture", PICTURE_FD_SHARED + 1);
    struct process process = {
        .shared = shared,
        .decoder = picture_decoder_create(),
        .encoder = picture_encoder_create(),
    };
    cage_close(memory_mb);
    int status = serve(&process);
    picture_decoder_destroy(process.decoder);
    picture_encoder_destroy(process.encoder);
    munmap(shared, sizeof(struct picture_shared));
    return status;
}
