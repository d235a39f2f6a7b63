// REST of docs/notifications.md.
import { api } from '../stores/api.ts';

/** What one was told oneself. */
export interface Note {
  id: string; kind: string; case: string; object: string | null; code: string; department: string | null; name: string | null; item: string;
  due_us: string | null; timer: string | null; time_us: string; read_us: string | null;
}
export interface NotesDelta { set: Note[]; unread?: number }
export interface Delivery {
  id: string; channel: string; kind: string; case: string | null; code: string | null; for: string | null; state: string; tries: number; status: number; answer: string;
  time_us: string | null; next_us: string | null;
}
export interface Channel { id: string; kind: string; enabled: boolean; host: string; counts: Record<string, number> }

export const openNote = (id: string): Promise<{ case: string }> => api('POST', `/notifications/${encodeURIComponent(id)}/read`, {});
export const readThrough = (through: string): Promise<unknown> => api('POST', '/notifications/read', { through });
export const listDeliveries = (state: string): Promise<{ deliveries: Delivery[] }> => api('GET', `/deliveries${state ? `?state=${state}` : ''}`);
export const listChannels = (): Promise<{ channels: Channel[] }> => api('GET', '/delivery-channels');
export const retryDelivery = (id: string): Promise<unknown> => api('POST', `/deliveries/${encodeURIComponent(id)}/retry`, {});
export const testChannel = (id: string): Promise<unknown> => api('POST', `/delivery-channels/${encodeURIComponent(id)}/test`, {});
