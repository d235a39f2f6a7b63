import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api, ApiError, setCsrf, whenSessionEnds } from './api.ts';

interface SessionAnswer {
  user: { id: string; login: string; name: string; role: string };
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

  function take(answer: SessionAnswer): void {
    user.value = answer.user;
    rights.value = new Set(answer.rights);
    setCsrf(answer.csrf);
    known.value = true;
    unreachable.value = false;
    ended.value = false;
    viewReason.value = answer.view_reason?.reason ?? '';
  }
  function forget(): void {
    user.value = null;
    rights.value = new Set();
    viewReason.value = '';
  }
  /** Asks who is logged in. Returned: whether the server could tell. */
  async function load(): Promise<boolean> {
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
  async function login(name: string, password: string): Promise<void> {
    await api<SessionAnswer>('POST', '/session', { login: name, password });
    take(await api<SessionAnswer>('GET', '/session'));
  }
  async function logout(): Promise<void> {
    await api('DELETE', '/session').catch(() => undefined);
    forget();
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
    user, rights, known, unreachable, ended, viewReason, reasonNeeded, loggedIn,
    load, login, logout, giveReason, may, forget,
  };
});
