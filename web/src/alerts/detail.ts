// What the server tells of one alert beyond the topic: reports, decisions, acts, the checklist, cameras that see it.
import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue';
import { api, ApiError, wordsOf } from '../stores/api.ts';
import { useAlerts } from '../stores/alerts.ts';
import { useLink } from '../stores/link.ts';
import type { Reporter } from '../cases/wire.ts';
import type { Alert, Decision, Situation } from '../wire/alerts.ts';
import type { Words } from '../wire/messages.ts';

export interface Report {
  source: string;
  id: string;
  kind: string;
  title: string;
  text?: string | null;
  address?: string | null;
  occurred_us?: string | number | null;
  received_us: string | number;
  skew_us?: string | number | null;
  marks?: string[];
  /** What else the source told (docs/events.md). */
  extra?: Record<string, unknown> | null;
}
export interface ActRecord {
  act: string;
  name: string;
  time_us: string;
  reason?: string | null;
  text?: string | null;
  minutes?: number | null;
  to?: string | null;
  step?: string | null;
  done?: boolean | null;
  undone?: boolean | null;
}
export interface Step {
  id: string;
  zh: string;
  en: string;
  done: boolean;
  by?: string | null;
  time_us?: string | null;
}
export interface Checklist {
  zh?: string;
  en?: string;
  steps: Step[];
  call?: { zh: string; en: string; phone?: string | null }[];
}
export interface PastCase {
  id: string;
  code: string;
  title?: string;
  state?: string;
  opened_us?: string | null;
  closed_us?: string | null;
  distance_m?: number | null;
}
const FEW_CASES = 5;
/** Open ones near by, and those that were closed lately: two facts, each with its own words. */
export function casesAround(cases: PastCase[]): { near: PastCase[]; recent: PastCase[] } {
  const of = (closed: boolean): PastCase[] => cases.filter((one) => Boolean(one.closed_us) === closed).slice(0, FEW_CASES);
  return { near: of(false), recent: of(true) };
}
export interface Detail {
  alert: Alert;
  events: Report[];
  decisions: Decision[];
  acts: ActRecord[];
  recent: { alerts: number; cases: PastCase[] } | null;
  checklist: Checklist | null;
  reporter?: Reporter | null;
}
export interface SituationDetail {
  situation: Situation;
  alerts: Alert[];
  decisions: Decision[];
}
export interface NearCamera {
  n: number;
  id: string;
  name: string;
  distance_m: number;
  faces: boolean;
}
export interface SkippedCamera {
  id: string;
  name: string;
  distance_m: number;
  state: string;
  reason: string | null;
}
export interface Cameras {
  cameras: NearCamera[];
  skipped: SkippedCamera[];
  /** None farther than this was looked for. */
  reach_m: number;
}

/** The same is not asked for more often; an alert of a chattering device changes all the time. */
const LEAST_BETWEEN_MS = 500;

/**
 * Asks again whenever `key` is another text; '': asks nothing. The newest answer counts, and is kept while the same cannot be
 * had anew.
 */
export function useAnswer<T>(path: Ref<string>, key: Ref<string>, missing: Words = { zh: '没有这条警情', en: 'there is no such alert' }, more: () => string = () => '') {
  const answer = shallowRef<T | null>(null);
  const failure = shallowRef<Words | null>(null);
  const loading = ref(false);
  let asked = 0;
  let shownFor = '';
  async function ask(): Promise<void> {
    const mine = ++asked;
    const of = path.value;
    if (of !== shownFor) answer.value = failure.value = null;
    if (!key.value) {
      failure.value = null;
      return;
    }
    loading.value = true;
    try {
      const got = await api<T>('GET', of + more());
      if (mine !== asked) return;
      answer.value = got;
      failure.value = null;
      shownFor = of;
    } catch (error) {
      if (mine === asked) failure.value = error instanceof ApiError && error.status === 404 ? missing : wordsOf(error);
    } finally {
      if (mine === asked) loading.value = false;
    }
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  let askedAtMs = 0;
  watch([path, key], ([to], [before]) => {
    clearTimeout(timer);
    const waitMs = to === before ? askedAtMs + LEAST_BETWEEN_MS - performance.now() : 0;
    const due = (): void => {
      askedAtMs = performance.now();
      void ask();
    };
    if (waitMs <= 0) due();
    else timer = setTimeout(due, waitMs);
  }, { immediate: true });
  onBeforeUnmount(() => {
    clearTimeout(timer);
    asked++;
  });
  return { answer, failure, loading, ask };
}

/** Of an alert and its situation; follows their versions, and a line that came back. */
export function useDetail(id: Ref<string>) {
  const alerts = useAlerts();
  const link = useLink();
  const known = (): Alert | undefined => {
    void alerts.version;
    return alerts.find(id.value);
  };
  const path = ref('');
  const key = ref('');
  const groupPath = ref('');
  const groupKey = ref('');
  const detail = useAnswer<Detail>(path, key);
  const group = useAnswer<SituationDetail>(groupPath, groupKey);
  const alert = shallowRef<Alert | null>(null);
  watch([id, () => alerts.version, () => link.state === 'open', detail.answer], () => {
    const now = known() ?? (detail.answer.value?.alert.id === id.value ? detail.answer.value.alert : null);
    alert.value = now;
    path.value = id.value ? `/alerts/${encodeURIComponent(id.value)}` : '';
    const there = known();
    key.value = id.value ? [id.value, there?.version, alerts.timesTold(id.value), link.state === 'open'].join(' ') : '';
    const situation = now?.situation ? alerts.situation(now.situation) : undefined;
    groupPath.value = now?.situation ? `/situations/${encodeURIComponent(now.situation)}` : '';
    groupKey.value = now?.situation ? `${now.situation} ${situation?.version ?? now.version} ${link.state === 'open'}` : '';
  }, { immediate: true });
  return { alert, detail, group };
}
