#include "bare_picture.h"

void bare_picture_open(struct bare_picture *bare, bool h265)
{
    *bare = (struct bare_picture){0};
    const AVCodec *found = avcodec_find_decoder(h265 ? AV_CODEC_ID_HEVC : AV_CODEC_ID_H264);
    bare->decoder = avcodec_alloc_context3(found);
    bare->decoder->thread_count = 1;
    bare->decoder->skip_loop_filter = AVDISCARD_ALL;
    avcodec_open2(bare->decoder, found, NULL);
    bare->packet = av_packet_alloc();
    bare->frame = av_frame_alloc();
    bare->jpeg = tjInitCompress();
    bare->out = tjAlloc((int)tjBufSize(BARE_WIDTH, BARE_HEIGHT, TJSAMP_420));
}

void bare_picture_close(struct bare_picture *bare)
{
    avcodec_free_context(&bare->decoder);
    av_packet_free(&bare->packet);
    av_frame_free(&bare->frame);
    sws_freeContext(bare->scaler);
    tjDestroy(bare->jpeg);
    tjFree(bare->out);
}

bool bare_picture_make(struct bare_picture *bare, const uint8_t *data, size_t size)
{
    bare->packet->data = (uint8_t *)(uintptr_t)data;
    bare->packet->size = (int)size;
    avcodec_send_packet(bare->decoder, bare->packet);
    if (avcodec_receive_frame(bare->decoder, bare->frame) < 0) {
        avcodec_send_packet(bare->decoder, NULL);
        if (avcodec_receive_frame(bare->decoder, bare->frame) < 0)
            return false;
    }
    avcodec_flush_buffers(bare->decoder);
    if (!bare->scaler)
        bare->scaler =
            sws_getContext(bare->frame->width, bare->frame->height, AV_PIX_FMT_YUV420P, BARE_WIDTH,
                           BARE_HEIGHT, AV_PIX_FMT_YUVJ420P, SWS_AREA, NULL, NULL, NULL);
    uint8_t *planes[4] = {bare->planes, bare->planes + BARE_WIDTH * BARE_HEIGHT,
                          bare->planes + BARE_WIDTH * BARE_HEIGHT * 5 / 4};
    int strides[4] = {BARE_WIDTH, BARE_WIDTH / 2, BARE_WIDTH / 2};
    sws_scale(bare->scaler, (const uint8_t *const *)bare->frame->data, bare->frame->linesize, 0,
              bare->frame->height, planes, strides);
    unsigned long bytes = tjBufSize(BARE_WIDTH, BARE_HEIGHT, TJSAMP_420);
    tjCompressFromYUVPlanes(bare->jpeg, (const unsigned char **)planes, BARE_WIDTH, strides,
                            BARE_HEIGHT, TJSAMP_420, &bare->out, &bytes, BARE_QUALITY,
                            TJFLAG_NOREALLOC | TJFLAG_FASTDCT);
    bare->jpeg_bytes += bytes;
    return true;
}
