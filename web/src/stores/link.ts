// The connection as the page shows it; the socket itself belongs to a worker.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { Words } from '../wire/messages.ts';
import { useClient } from '../worker/client.ts';
import type { LinkState } from '../worker/protocol.ts';

export const useLink = defineStore('link', () => {
  const state = ref<LinkState>('closed');
  /** When the connection was lost, our clock; 0: it is there. */
  const lostAtMs = ref(0);
  const delayMs = ref(0);
  const offsetMs = ref(0); // server clock − ours
  const seat = ref('');
  /** Rises with every server start: handles of cameras mean others then. */
  const generation = ref(0);
  const refused = shallowRef<{ code: string; message: Words } | null>(null);
  const client = useClient();

  client.socket.on('link', (message) => {
    state.value = message.state;
    if (message.state === 'open') lostAtMs.value = 0;
    else if (message.state === 'lost' && lostAtMs.value === 0) lostAtMs.value = Date.now();
  });
  client.socket.on('clock', (message) => {
    delayMs.value = message.delayMs;
    offsetMs.value = message.offsetMs;
  });
  client.socket.on('hello', (message) => {
    seat.value = message.seat;
    if (message.restarted) generation.value++;
  });
  client.socket.on('error', ({ code, message }) => {
    refused.value = { code, message };
  });

  const start = (): void => client.open();
  const stop = (): void => client.close();
  /** The server's clock now, ms since 1970. */
  const serverNowMs = (): number => Date.now() + offsetMs.value;
  return { state, lostAtMs, delayMs, offsetMs, seat, generation, refused, start, stop, serverNowMs };
});
