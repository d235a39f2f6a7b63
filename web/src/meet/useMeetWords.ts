// What pages of meetings say about people, rooms and times.
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue';
import { useWords } from '../i18n/words.ts';
import { isZh } from '../i18n/index.ts';
import { dayOf, openings, type PoolRoom } from './pool.ts';
import type { LobbySeat, Meeting, Member, MeetWords, SeatRow, View } from './wire.ts';

type Kind = Meeting['kind'];
const KIND: InjectionKey<ComputedRef<Kind | undefined>> = Symbol('kind of the meeting');

/** `of`: of which kind the meeting is that this component and all below it speak of; left out, as above it. A talk has a chair and participants: `talk.*` has its words for those of `meet.*`. */
export function useMeetWords(of?: () => Kind | undefined) {
  const base = useWords();
  const { te } = base;
  const kind = of ? computed(of) : inject(KIND, undefined);
  if (of && kind) provide(KIND, kind);
  const wordOf = (key: string, which: Kind | undefined): string => {
    const own = key.replace(/^meet\./, 'talk.');
    return which === 'talk' && own !== key && te(own, 'zh-CN') ? own : key;
  };
  const plain = base.t as (key: string, ...rest: unknown[]) => string;
  const t = ((key: string, ...rest: unknown[]) => plain(wordOf(key, kind?.value), ...rest)) as typeof base.t;
  const side = (name: string): string => (name ? t('meet.side', { side: name.toUpperCase() }) : '');
  const role = (name: string, which = kind?.value): string => base.t(wordOf(`meet.role.${name}`, which));
  /** "A 方", else the role. */
  const who = (one: Pick<Member | SeatRow | LobbySeat, 'side' | 'role'>, which = kind?.value): string => side(one.side) || role(one.role, which);
  const room = (name: string): string => (name.startsWith('check:') ? t('meet.room.check') : name.startsWith('side:') ? t('meet.room.private', { side: name.slice(5).toUpperCase() }) : t(`meet.room.${name}`));
  const why = (code: string): string => t(te(`meet.why.${code}`, 'zh-CN') ? `meet.why.${code}` : 'meet.why.other');
  const thisYear = (us: string): boolean => new Date(Number(us) / 1000).getFullYear() === new Date().getFullYear();
  /** Day and minute of microseconds; of another year with it. */
  const time = (us: string, short = false): string =>
    new Intl.DateTimeFormat(isZh() ? 'zh-CN' : 'en-GB', { ...(short ? {} : { ...(thisYear(us) ? {} : { year: 'numeric' }), month: 'long', day: 'numeric', weekday: 'short' }), hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(Number(us) / 1000));
  /** Year, day and minute of microseconds. */
  const day = (us: string): string => new Intl.DateTimeFormat(isZh() ? 'zh-CN' : 'en-GB', { year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(Number(us) / 1000));
  const span = (one: { starts_us: string; ends_us: string }): string => `${time(one.starts_us)}–${time(one.ends_us, true)}`;
  /** When a shared room is open, in words. */
  function openingWords(room: Pick<PoolRoom, 'active' | 'hours' | 'closed'>): string {
    if (!room.active) return t('meet.plan.inactive');
    const weekday = (n: number): string => t(`meet.weekday.d${n}`);
    const open = openings(room.hours).map(({ first, last, from, to }) => `${first === last ? weekday(first) : t('meet.plan.days', { first: weekday(first), last: weekday(last) })} ${from}–${to}`);
    const today = dayOf(new Date());
    const closed = room.closed.filter((one) => one >= today).sort();
    return [open.length > 0 ? t('meet.plan.open', { hours: open.join(t('meet.plan.comma')) }) : t('meet.plan.always'), closed.length > 0 ? t('meet.plan.closedOn', { days: closed.join(t('meet.plan.comma')) }) : ''].filter(Boolean).join(' · ');
  }
  /** What a private room is called to who is in it: with whom, who hears nothing, that nothing is recorded. */
  function headline(view: View): string {
    const name = view.room.name;
    if (name.startsWith('check:')) return view.seats ? t('meet.check.host', { who: view.seats.find(({ id }) => id === name.slice(6))?.name ?? '' }) : t('meet.check.guest');
    if (!name.startsWith('side:')) return '';
    const own = name.slice(5);
    const others = [...new Set((view.seats ?? []).map((seat) => seat.side).filter((one) => one && one !== own))].sort();
    const deaf = others.length > 0 ? others.map((one) => side(one)).join(t('meet.and')) : t('meet.otherSides');
    return [t('meet.aloneWith', { side: side(own) }), t('meet.hearsNothing', { who: deaf }), t('meet.notRecorded')].join(' · ');
  }
  /** Answers to the screening that call for care. */
  const careful = (answers: Record<string, string> | null | undefined, texts: MeetWords | null): string[] => Object.entries(answers ?? {}).filter(([, answer]) => answer !== 'no').map(([id, answer]) => {
    const question = texts?.screening.questions.find((one) => one.id === id);
    const told = question?.answers.find((one) => one.id === answer);
    return question && told ? `${base.words(question.text)} ${base.words(told.text)}` : `${id} ${answer}`;
  });
  return { ...base, t, careful, side, role, who, room, why, time, day, span, headline, openingWords };
}
