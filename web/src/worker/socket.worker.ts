// The worker that owns the WebSocket.
import { Connection } from './connection.ts';
import type { FromSocket, SocketToDecoder, ToSocket } from './protocol.ts';

let decoder: MessagePort | null = null;
const connection = new Connection({
  toPage: (message: FromSocket, transfer: Transferable[] = []) => postMessage(message, { transfer }),
  toDecoder: (message: SocketToDecoder, transfer: Transferable[] = []) =>
    decoder?.postMessage(message, transfer),
});

onmessage = ({ data }: MessageEvent<ToSocket>) => {
  if (data.t === 'open') {
    decoder = data.decoder ?? decoder;
    connection.open(data.url);
  } else if (data.t === 'close') {
    connection.close();
  } else {
    connection.want(data);
  }
};
