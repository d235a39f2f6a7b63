// What a diagnosis says (docs/openapi.yaml, Diagnosis), and the same as text for somebody else.
export interface Step {
  step: string;
  ok: boolean;
  detail?: string | null;
  took_ms?: number;
}
export interface Diagnosis {
  camera?: string;
  profile?: 'sub' | 'main';
  address: string;
  steps: Step[];
  verdict: { ok: boolean; code?: string; detail?: string };
  stream?: {
    codec: string;
    profile: string;
    width: number;
    height: number;
    pictures_per_s: number;
    kbit_per_s: number;
    keyframe_every_s: number | null;
    clock_offset_ms: number | null;
  };
}

type Say = (key: string, values?: Record<string, unknown>) => string;

/** What came, in words; empty: nothing. */
export function measured({ stream }: Diagnosis, t: Say): string[] {
  if (!stream) return [];
  const offset = stream.clock_offset_ms;
  return [
    t('devices.measured', {
      codec: `${stream.codec === 'h265' ? 'H.265' : 'H.264'} (${stream.profile})`, w: stream.width, h: stream.height,
      fps: stream.pictures_per_s.toFixed(1), kbit: Math.round(stream.kbit_per_s),
    }),
    stream.keyframe_every_s === null ? t('devices.noGop') : t('devices.gop', { s: stream.keyframe_every_s.toFixed(1) }),
    offset === null ? t('devices.clockNone') : t(offset < 0 ? 'devices.clockLate' : 'devices.clockOff', { ms: Math.abs(offset) }),
  ];
}

export function stepName(step: string, t: Say, exists: (key: string) => boolean): string {
  return exists(`devices.step.${step}`) ? t(`devices.step.${step}`) : step;
}

/** Plain text, a line for each step. Addresses came redacted from the server. */
export function asText(diagnosis: Diagnosis, of: { id: string; name: string; at: Date; version: string }, t: Say, exists: (key: string) => boolean): string {
  const { verdict } = diagnosis;
  const why = verdict.code && exists(`why.${verdict.code}`) ? t(`why.${verdict.code}`) : (verdict.code ?? '');
  const name = [of.id, of.name].filter(Boolean).join(' ');
  return [
    t('devices.toVendor'),
    ...(name ? [`${t('devices.name')}: ${name}`] : []),
    `${t('devices.tried')}: ${diagnosis.address}`,
    `${t('devices.at')}: ${of.at.toISOString()}`,
    `${t('devices.server')}: townwall ${of.version}`,
    '',
    ...diagnosis.steps.map(({ step, ok, detail, took_ms }, i) =>
      `${i + 1}. [${ok ? 'OK' : 'FAIL'}] ${stepName(step, t, exists)}${took_ms === undefined ? '' : ` ${Math.round(took_ms)} ms`}${detail ? `: ${detail}` : ''}`),
    '',
    verdict.ok ? t('devices.verdictOk') : `${t('devices.verdictBad')}: ${why}${verdict.detail ? ` (${verdict.detail})` : ''}`,
    ...measured(diagnosis, t),
  ].join('\n');
}
