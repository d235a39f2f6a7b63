import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { dropOldDrafts, keepDraftsOf } from './drafts.ts';
import { api, ApiError, setCsrf, whenSessionEnds } from './api.ts';

interface SessionAnswer {
  user: { id: string; login: string; name: string; role: string; grants?: { role: string; area: string; state?: string }[]; department?: string | null };
  rights: string[];
  csrf: string;
  view_reason?: { reason: string; until_us: string } | null;
}

export const useSession = defineStore('session', () => {
  const user = ref<SessionAnswer['user'] | null>(null);
  const rights = ref<ReadonlySet<string>>(new Set());
  /** Whether the server was asked. */
  const known = ref(false);
  /** The server could not be asked; it is tried again by whoever shows it. */
  const unreachable = ref(false);
  const ended = ref(false);
  const viewReason = ref('');
  const loggedIn = computed(() => user.value !== null);
  const reasonNeeded = computed(
    () => loggedIn.value && viewReason.value === '' && rights.value.has('camera.live'),
  );

  /** Who it is and what they may now: the page is loaded anew when it becomes another. */
  const standing = computed(() => user.value && [user.value.id, ...(user.value.grants ?? []).map(({ role, area }) => `${role}@${area}`).sort(), ...[...rights.value].sort()].join(' '));

  /** Has that role, in whatever area. */
  const isA = (role: string): boolean => user.value?.grants?.some((one) => one.role === role) ?? user.value?.role === role;

  function take(answer: SessionAnswer): void {
    const { grants } = answer.user;
    user.value = { ...answer.user, ...(grants ? { grants: grants.filter(({ state }) => state === undefined || state === 'holds') } : {}) };
    dropOldDrafts();
    keepDraftsOf(answer.user.id);
    rights.value = new Set(answer.rights);
    setCsrf(answer.csrf);
    known.value = true;
    unreachable.value = false;
    ended.value = false;
    viewReason.value = answer.view_reason?.reason ?? '';
  }
  /** What was typed stays for the same login, for some hours: a session ends in the middle of a sentence. */
  function forget(): void {
    user.value = null;
    rights.value = new Set();
    viewReason.value = '';
  }
  /** Asks who is logged in. Returned: whether the server could tell. */
  async function load(): Promise<boolean> {
    dropOldDrafts();
    try {
      take(await api<SessionAnswer>('GET', '/session'));
      return true;
    } catch (error) {
      const answered = error instanceof ApiError && error.status === 401;
      unreachable.value = !answered;
      if (answered) {
        known.value = true;
        ended.value ||= user.value !== null;
        forget();
      }
      return answered;
    }
  }
  /** `code`: of the second factor; '': none was asked for. */
  async function login(name: string, password: string, code = ''): Promise<void> {
    await api<SessionAnswer>('POST', '/session', { login: name, password, ...(code ? { code } : {}) });
    take(await api<SessionAnswer>('GET', '/session'));
  }
  /** The page is loaded anew afterwards. */
  async function logout(): Promise<void> {
    keepDraftsOf('');
    await api('DELETE', '/session').catch(() => undefined);
  }
  async function giveReason(reason: string): Promise<void> {
    await api('POST', '/view-reason', { reason });
    viewReason.value = reason;
  }
  const may = (right: string): boolean => rights.value.has(right);
  whenSessionEnds(() => {
    ended.value ||= user.value !== null; // several answers may say so
    forget();
  });
  return {
    user, rights, standing, known, unreachable, ended, viewReason, reasonNeeded, loggedIn,
    load, login, logout, giveReason, may, isA, forget,
  };
});
