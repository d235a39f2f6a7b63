import { createRouter, createWebHistory } from 'vue-router';
import { useLink } from '../stores/link.ts';
import { useSession } from '../stores/session.ts';

declare module 'vue-router' {
  interface RouteMeta {
    theme?: 'dark' | 'light';
    /** Text of the view in i18n, `view.…`. */
    title?: string;
    /** Who lacks it is told that there is nothing here. */
    right?: string;
    /** It is there also for who sees no cameras. */
    bare?: boolean;
    /** Nobody logs in for it. */
    guest?: boolean;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('./LoginPage.vue') },
    { path: '/meet', name: 'guest', component: () => (new URLSearchParams(location.search).has('verify') ? import('../meet/VerifyPage.vue') : import('../meet/GuestPage.vue')), meta: { title: 'guest', theme: 'light', guest: true } },
    { path: '/meetings/:id', name: 'meeting', component: () => import('../meet/MeetingPage.vue'), meta: { title: 'meeting', theme: 'light', right: 'meeting.join' } },
    {
      path: '/',
      component: () => import('./WallShell.vue'),
      children: [
        { path: '', redirect: { name: 'mosaic' } },
        { path: 'wall', redirect: { name: 'mosaic' } },
        {
          path: 'wall/mosaic',
          name: 'mosaic',
          component: () => import('../mosaic/MosaicPage.vue'),
          meta: { title: 'mosaic' },
        },
        {
          path: 'wall/map',
          name: 'map',
          component: () => import('../map/MapPage.vue'),
          meta: { title: 'map' },
        },
        {
          path: 'devices',
          name: 'devices',
          component: () => import('../devices/DevicesPage.vue'),
          meta: { title: 'devices', theme: 'light' },
        },
        {
          path: 'wall/live',
          name: 'live',
          component: () => import('../live/LivePage.vue'),
          meta: { title: 'live' },
        },
        {
          path: 'wall/ultra',
          name: 'ultra',
          component: () => import('./UltraPage.vue'),
          meta: { title: 'ultra' },
        },
        {
          path: 'console',
          name: 'console',
          component: () => import('../alerts/ConsolePage.vue'),
          meta: { title: 'console', theme: 'light', right: 'alert.see' },
        },
        {
          path: 'alerts',
          name: 'alerts',
          component: () => import('../alerts/HistoryPage.vue'),
          meta: { title: 'alerts', theme: 'light', right: 'alert.see' },
        },
        {
          path: 'feeds',
          name: 'feeds',
          component: () => import('../feeds/FeedsPage.vue'),
          meta: { title: 'feeds', theme: 'light', right: 'feed.see' },
        },
        {
          path: 'people',
          name: 'people',
          component: () => import('../people/PeoplePage.vue'),
          meta: { title: 'people', theme: 'light', bare: true },
        },
        {
          path: 'cases',
          name: 'cases',
          component: () => import('../cases/BoardPage.vue'),
          meta: { title: 'cases', theme: 'light', right: 'case.own' },
        },
        {
          path: 'work',
          name: 'work',
          component: () => import('../cases/WorkPage.vue'),
          meta: { title: 'work', theme: 'light', right: 'case.own' },
        },
        {
          path: 'intake',
          name: 'intake',
          component: () => import('../cases/IntakePage.vue'),
          meta: { title: 'intake', theme: 'light', right: 'case.register' },
        },
        {
          path: 'meetings',
          name: 'meetings',
          component: () => import('../meet/MeetingsPage.vue'),
          meta: { title: 'meetings', theme: 'light', right: 'meeting.join', bare: true },
        },
        {
          path: 'meetings/lists',
          name: 'pool',
          component: () => import('../meet/PoolPage.vue'),
          meta: { title: 'pool', theme: 'light', right: 'meeting.join', bare: true },
        },
        {
          path: 'meetings/:id/films',
          name: 'films',
          component: () => import('../meet/FilmsPage.vue'),
          meta: { title: 'films', theme: 'light', right: 'meeting.join', bare: true },
        },
        {
          path: 'duty',
          name: 'duty',
          component: () => import('../duty/DutyPage.vue'),
          meta: { title: 'duty', theme: 'light', right: 'duty.see' },
        },
        {
          path: 'indicators',
          name: 'indicators',
          component: () => import('../indicators/IndicatorsPage.vue'),
          meta: { title: 'indicators', theme: 'light', right: 'case.indicators' },
        },
        {
          path: 'cases/import',
          name: 'ledger',
          component: () => import('../files/ImportPage.vue'),
          meta: { title: 'ledger', theme: 'light', right: 'case.open' },
        },
        {
          path: 'cases/:id',
          name: 'case',
          component: () => import('../cases/CasePage.vue'),
          meta: { title: 'case', theme: 'light', right: 'case.own' },
        },
        { path: ':rest(.*)*', name: 'lost', component: () => import('./LostPage.vue') },
      ],
    },
  ],
});

router.beforeEach(async (to) => {
  if (to.meta.guest) return true;
  const session = useSession();
  if (!session.known) await session.load();
  if (to.name !== 'login' && session.known && !session.loggedIn)
    return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
  if (to.meta.right && !session.may(to.meta.right)) return { name: 'lost', params: { rest: to.path.slice(1).split('/') } };
  // who has no cameras begins with what waits for them
  if (to.name === 'mosaic' && to.redirectedFrom?.path === '/' && !session.may('camera.list') && session.may('case.own')) return { name: 'work' };
  if (to.name === 'login' && session.loggedIn) return { name: 'mosaic' };
  return true;
});

// A page that was opened before the server got a newer version finds its parts no more; with the line up it is opened anew.
router.onError((error: unknown, to) => {
  const missing = error instanceof Error && /dynamically imported module|module script/i.test(error.message);
  if (missing && useLink().state === 'open') location.assign(to.fullPath);
});

/** Fetches all views, so that changing between them waits for nothing, also while the server is away. */
export function fetchViews(): void {
  for (const { components } of router.getRoutes()) {
    const view = components?.default as unknown;
    if (typeof view === 'function') void (view as () => Promise<unknown>)().catch(() => undefined);
  }
}

router.afterEach((to) => {
  document.documentElement.dataset.theme = to.meta.theme ?? 'dark';
});
