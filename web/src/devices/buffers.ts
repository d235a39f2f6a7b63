// UDP loses whole keyframes where the kernel gives sockets less room than was asked for.
import type { MediaNode } from '../wire/messages.ts';

export interface SmallBuffer {
  node: string;
  hasKb: number;
  wantedKb: number;
  /** What an administrator of the machine runs. */
  command: string;
}

/** The node that got the least; null: all have what they asked for, or use no UDP. */
export function smallBuffer(nodes: readonly MediaNode[]): SmallBuffer | null {
  const short = nodes.filter(({ udp_buffer_bytes: has = 0, udp_buffer_wanted_bytes: wanted = 0 }) => has > 0 && has < wanted);
  const [least] = short.sort((a, b) => (a.udp_buffer_bytes ?? 0) - (b.udp_buffer_bytes ?? 0));
  if (!least) return null;
  const wanted = least.udp_buffer_wanted_bytes ?? 0;
  return { node: least.id, hasKb: (least.udp_buffer_bytes ?? 0) >> 10, wantedKb: wanted >> 10, command: `sysctl -w net.core.rmem_max=${wanted}` };
}
