// Reads recordings and labels, also those made elsewhere (docs/events.md).
import { readFileSync } from 'node:fs';
import type { Event, IncidentLabel } from './recording.ts';

export interface Labelled { incident: string | null; noise: string | null }
export interface Town { events: Event[]; incidents: IncidentLabel[]; labels: Map<string, Labelled> }

function linesOf(file: string): unknown[] {
  return readFileSync(file, 'utf8').split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw new Error(`${file} line ${i + 1}: ${(error as Error).message}`);
    }
  });
}

/** Throws with file and line of what is no event or no label. */
export function readTown(eventsFile: string, labelsFile: string): Town {
  const events = linesOf(eventsFile) as Event[];
  events.forEach((event, i) => {
    if (typeof event.source !== 'string' || typeof event.id !== 'string' || !Number.isInteger(event.received_us))
      throw new Error(`${eventsFile}: event ${i + 1} has no source, id or received_us`);
  });
  const incidents: IncidentLabel[] = [];
  const labels = new Map<string, Labelled>();
  (linesOf(labelsFile) as Record<string, unknown>[]).forEach((line, i) => {
    if (typeof line.source === 'string' && typeof line.id === 'string')
      labels.set(`${line.source} ${line.id}`, { incident: (line.incident as string | null) ?? null, noise: (line.noise as string | undefined) ?? null });
    else if (typeof line.incident === 'string') incidents.push(line as unknown as IncidentLabel);
    else throw new Error(`${labelsFile}: line ${i + 1} is neither an incident nor the label of an event`);
  });
  const known = new Set(incidents.map((one) => one.incident));
  for (const [key, { incident }] of labels)
    if (incident !== null && !known.has(incident)) throw new Error(`${labelsFile}: ${key} tells of ${incident}, which is not there`);
  return { events, incidents, labels };
}
