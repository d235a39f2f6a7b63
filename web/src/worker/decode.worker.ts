// The worker that decodes: thumbnails into bitmaps, units into frames.
import { Decoding } from './decoding.ts';
import type { FromDecoder, SocketToDecoder, ToDecoder } from './protocol.ts';
import { decodeJpeg } from './jpeg.ts';
import { Thumbnails } from './thumbnails.ts';

const post = (message: FromDecoder, transfer: Transferable[] = []): void =>
  postMessage(message, { transfer });

const streams = new Map<number, Decoding>();
const thumbnails = new Thumbnails({
  arrived: (cameras, wallMs) =>
    post({ t: 'arrived', cameras, wallMs }, [cameras.buffer, wallMs.buffer]),
  pictures: (pictures) =>
    post(
      { t: 'pictures', pictures },
      pictures.map((picture) => picture.pixels.data.buffer),
    ),
  decode: decodeJpeg,
});

function begin(stream: number, codec: string): void {
  streams.get(stream)?.close();
  const decoding = new Decoding(codec, {
    frame: (frame, wallMs, dropped) => post({ t: 'frame', stream, frame, wallMs, dropped }, [frame]),
    trouble: (message) => post({ t: 'trouble', stream, message }),
  });
  streams.set(stream, decoding);
}

function fromSocket(message: SocketToDecoder): void {
  switch (message.t) {
    case 'thumbs':
      return thumbnails.batch(message.message);
    case 'begin':
      return begin(message.stream, message.codec);
    case 'unit':
      return streams.get(message.stream)?.unit(message);
    case 'end':
      streams.get(message.stream)?.close();
      streams.delete(message.stream);
      return;
    case 'forget':
      return thumbnails.forget();
  }
}

onmessage = ({ data }: MessageEvent<ToDecoder>) => {
  switch (data.t) {
    case 'socket':
      data.port.onmessage = (event: MessageEvent<SocketToDecoder>) => fromSocket(event.data);
      return;
    case 'want':
      return thumbnails.want(data.cameras, data.levels);
    case 'pictures_done':
      return thumbnails.done();
    case 'frame_done':
      return streams.get(data.stream)?.pageReady();
  }
};
