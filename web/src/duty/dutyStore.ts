// Who is on duty and what was handed over (topic `duty`), and calls at the own extension (topic `calls`).
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { useClient } from '../worker/client.ts';
import { useSession } from '../stores/session.ts';
import type { Call, DutyState } from './wire.ts';

export const useDuty = defineStore('duty', () => {
  const state = shallowRef<DutyState | null>(null);
  const calls = shallowRef<Call[]>([]);
  /** Rises with every telling. */
  const told = ref(0);
  let started = false;

  function ring(set: Call[]): void {
    for (const one of set) {
      const others = calls.value.filter(({ call }) => call !== one.call);
      calls.value = one.event === 'ended' ? others : [...others, one];
    }
  }
  function start(): void {
    if (started) return;
    started = true;
    const session = useSession();
    const { socket } = useClient();
    const take = ({ topic, data }: { topic: string; data: unknown }, whole: boolean): void => {
      if (topic === 'duty') {
        state.value = data as DutyState;
        told.value++;
      } else if (topic === 'calls') {
        if (whole) calls.value = (data as { calls: Call[] }).calls;
        else ring((data as { set: Call[] }).set);
      }
    };
    socket.on('snapshot', (message) => take(message, true));
    socket.on('delta', (message) => take(message, false));
    if (session.may('duty.see')) socket.send({ t: 'sub', topic: 'duty' });
    if (session.may('case.register')) socket.send({ t: 'sub', topic: 'calls' });
  }
  return { state, calls, told, start, ring };
});
