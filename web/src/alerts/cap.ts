// What an emergency warning (CAP) told of itself, from the events of an alert. Pure.
import type { Report } from './detail.ts';

export const CAP_COLOURS = ['red', 'orange', 'yellow', 'blue'] as const;
export type CapColour = (typeof CAP_COLOURS)[number];

/** Fields of `extra` as docs/feeds.md lists them, read with care: another program may have put the event on the stream. */
export interface CapMessage {
  sender: string;
  senderName: string;
  identifier: string;
  status: string;
  type: string;
  colour: CapColour | null;
  colourFrom: string;
  /** Unchecked: it carries one that nobody verified. */
  signature: 'unchecked' | 'none';
  receivedUs: string;
  sentUs: string;
}

function messageOf({ extra, received_us: receivedUs, occurred_us: sentUs }: Report): CapMessage | null {
  const text = (name: string): string => (typeof extra?.[name] === 'string' ? (extra[name] as string) : '');
  if (!text('identifier') || !text('sender') || !text('msg_type')) return null;
  return {
    sender: text('sender'), senderName: text('sender_name'), identifier: text('identifier'), status: text('status'), type: text('msg_type'),
    colour: CAP_COLOURS.find((one) => one === text('colour')) ?? null, colourFrom: text('colour_from'),
    signature: text('signature') === 'unchecked' ? 'unchecked' : 'none', receivedUs: String(receivedUs), sentUs: String(sentUs ?? receivedUs),
  };
}

/** The newest message of an alert; one that ends it tells no colour of its own and keeps the last. null: it is no warning in CAP. */
export function capOf(events: Report[]): CapMessage | null {
  const messages = [...events].sort((a, b) => Number(b.received_us) - Number(a.received_us)).flatMap((one) => messageOf(one) ?? []);
  const newest = messages[0];
  if (!newest) return null;
  const coloured = messages.find(({ colour }) => colour !== null);
  return newest.colour || !coloured ? newest : { ...newest, colour: coloured.colour, colourFrom: coloured.colourFrom };
}
