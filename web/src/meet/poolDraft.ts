// A room, team or mediator as its form holds it while it is changed.
import { openings, type Opening, type PoolEntry, type PoolMediator, type PoolRoom, type PoolTeam } from './pool.ts';

export interface PoolDraft {
  name: string;
  unit: string;
  area: string;
  note: string;
  active: boolean;
  address: string;
  lon: number | '';
  lat: number | '';
  seats: number | '';
  equipment: string[];
  opens: Opening[];
  closed: string[];
  kind: string;
  disputes: string[];
  lead: string;
  members: string[];
  languages: string;
}

/** Of what is there, or of a new one. What a kind has not is empty, and not sent. Pure. */
export function draftOf(entry: PoolEntry | null): PoolDraft {
  const it: Partial<PoolRoom & PoolTeam & PoolMediator> = entry ?? {};
  return {
    name: it.name ?? '', unit: it.unit ?? '', area: it.area ?? '', note: it.note ?? '', active: it.active ?? true,
    address: it.address ?? '', lon: it.lon ?? '', lat: it.lat ?? '', seats: it.seats || '', equipment: [...(it.equipment ?? [])], opens: openings(it.hours ?? []), closed: [...(it.closed ?? [])].sort(),
    kind: it.kind ?? '', disputes: [...(it.disputes ?? [])], lead: it.lead ?? '', members: [...(it.members ?? [])], languages: (it.languages ?? []).join('、'),
  };
}
