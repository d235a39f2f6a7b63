// What pages say about alerts, in the language of the page.
import { useWords } from '../i18n/words.ts';
import { useAlerts } from '../stores/alerts.ts';
import { useLink } from '../stores/link.ts';
import { useTown } from '../stores/town.ts';
import { clockDuration, clockOn } from '../ui/time.ts';
import type { Alert } from '../wire/alerts.ts';

const HOUR_MS = 3_600_000;

export function useAlertWords() {
  const words = useWords();
  const { t, named, duration } = words;
  const town = useTown();
  const link = useLink();
  const alerts = useAlerts();

  const ageMs = (alert: Pick<Alert, 'created_us'>): number => Math.max(0, link.serverNowMs() - Number(alert.created_us) / 1000);
  /** mm:ss up to an hour, then words. */
  const age = (alert: Pick<Alert, 'created_us'>): string => {
    const ms = ageMs(alert);
    return ms < HOUR_MS ? clockDuration(ms) : duration(ms);
  };
  /** A point in time: the clock today, with the day before it otherwise. */
  const clock = (us: string | null): string => (us ? clockOn(new Date(Number(us) / 1000), new Date(link.serverNowMs())) : '');
  /** The same to the minute. */
  const minute = (us: string): string => clockOn(new Date(Number(us) / 1000), new Date(link.serverNowMs()), true);
  /** "石桥村 05 网格"; '' where the area is not known. */
  const area = (code: string | null): string => {
    const found = code ? town.areaByCode.get(code)?.properties : undefined;
    if (!found) return '';
    const above = found.level === 'cell' && found.parent ? town.areaByCode.get(found.parent)?.properties : undefined;
    if (!above) return named(found);
    return `${named(above)} ${found.number ? t('map.cellNumber', { n: found.number }) : named(found)}`;
  };
  const place = (alert: Pick<Alert, 'area' | 'address' | 'place'> & Partial<Pick<Alert, 'lon' | 'lat'>>): string => {
    const parts = [area(alert.area), alert.address ?? ''].filter(Boolean);
    // a town without areas, or a place outside of all of them
    if (parts.length === 0 && alert.lon != null && alert.lat != null) return `${alert.lon.toFixed(4)}, ${alert.lat.toFixed(4)}`;
    return parts.length > 0 ? parts.join(' · ') : t('alerts.noPlace');
  };
  const state = (alert: Alert): string => {
    if (alert.state === 'shelved' && alert.shelved_until_us) return t('alerts.until', { clock: minute(alert.shelved_until_us) });
    if (alert.end) return t(`alerts.end.${alert.end}`);
    return t(`alerts.state.${alert.state}`);
  };
  /** Who has it. */
  const who = (alert: Alert): string => alert.assigned?.name ?? alert.acknowledged_by ?? '';
  const act = (name: string): string => t(`alerts.act.${name}`);
  /** What the feed is called; its id where that is not known. */
  const source = (id: string): string => words.words(alerts.sources[id]) || id;
  /** A sentence of the server: names of areas without their codes, codes that stand alone and cameras by their names. */
  const sentence = (both: Parameters<typeof words.words>[0]): string => words.words(both).replace(/\s?[（(]\d{9,15}[）)]/g, '').replace(/\b\d{9,15}\b/g, (code) => area(code) || code)
    .replace(/\b(?=[\w-]*[A-Za-z])(?=[\w-]*\d)[\w-]{3,}\b/g, (id) => town.find(id)?.name ?? id);
  return { ...words, words: sentence, age, ageMs, clock, area, place, state, who, act, source };
}
