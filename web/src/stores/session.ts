import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api, ApiError, setCsrf, whenSessionEnds } from './api.ts';

interface SessionAnswer {
  user: { id: string; login: string; name: string; role: string };
  rights: string[];
  csrf: string;
  view_reason?: string | null;
}

export const useSession = defineStore('session', () => {
  const user = ref<SessionAnswer['user'] | null>(null);
  const rights = ref<ReadonlySet<string>>(new Set());
  const known = ref(false); // whether the server was asked
  const ended = ref(false);
  const reasonNeeded = ref(false);
  const loggedIn = computed(() => user.value !== null);

  function take(answer: SessionAnswer): void {
    user.value = answer.user;
    rights.value = new Set(answer.rights);
    setCsrf(answer.csrf);
    known.value = true;
    ended.value = false;
    reasonNeeded.value = answer.view_reason === null && rights.value.has('camera.live');
  }
  function forget(): void {
    user.value = null;
    rights.value = new Set();
  }
  async function load(): Promise<boolean> {
    try {
      take(await api<SessionAnswer>('GET', '/session'));
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) known.value = true;
      return false;
    }
  }
  async function login(name: string, password: string): Promise<void> {
    take(await api<SessionAnswer>('POST', '/session', { login: name, password }));
    await load();
  }
  async function logout(): Promise<void> {
    await api('DELETE', '/session').catch(() => undefined);
    forget();
  }
  async function giveReason(reason: string): Promise<void> {
    await api('POST', '/view-reason', { reason });
    reasonNeeded.value = false;
  }
  const may = (right: string): boolean => rights.value.has(right);
  whenSessionEnds(() => {
    ended.value = user.value !== null;
    forget();
  });
  return { user, rights, known, ended, reasonNeeded, loggedIn, load, login, logout, giveReason, may, forget };
});
