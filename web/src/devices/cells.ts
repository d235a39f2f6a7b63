// What a row of the table says, for the page and for the file.
import type { useWords } from '../i18n/words.ts';
import type { Camera, useTown } from '../stores/town.ts';
import { offsetWords } from './clock.ts';
import type { Column } from './list.ts';
import { lossWords } from './loss.ts';
import { hoursOf } from './rates.ts';
import type { Rate } from './timeline.ts';

interface Around {
  words: Pick<ReturnType<typeof useWords>, 't' | 'named' | 'duration'>;
  town: ReturnType<typeof useTown>;
  now: number;
  rate: Rate | undefined;
}

export function rateWords(rate: Rate | undefined, t: Around['words']['t']): string {
  if (!rate || rate.percent === null) return '';
  return `${rate.percent.toFixed(2)} % · ${t('devices.rateOf', hoursOf(rate))}`;
}

export function cellsOf(camera: Camera, { words: { t, named, duration }, town, now, rate }: Around): Record<Column, string> {
  const area = town.areaByCode.get(camera.area)?.properties;
  return {
    id: camera.id,
    name: camera.name,
    state: t(`state.${camera.state}`),
    reason: camera.reason ? t(`why.${camera.reason}`) : '',
    area: area ? named(area) : (camera.area ?? ''),
    system: camera.source_system ?? '',
    mode: camera.mode ? t(`devices.modes.${camera.mode}`) : '',
    codec: (camera.codec ?? '').toUpperCase(),
    size: camera.width > 0 ? `${camera.width}×${camera.height}` : '',
    since: Number(camera.since_us) > 0 ? duration(now - Number(camera.since_us) / 1000) : '',
    rate: rateWords(rate, t),
    offset: offsetWords(camera.clock_offset_ms, { t, duration }),
    loss: lossWords(camera.loss_pct),
  };
}
