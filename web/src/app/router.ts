import { createRouter, createWebHistory } from 'vue-router';
import { useLink } from '../stores/link.ts';
import { useSession } from '../stores/session.ts';

declare module 'vue-router' {
  interface RouteMeta {
    theme?: 'dark' | 'light';
    /** Text of the view in i18n, `view.…`. */
    title?: string;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('./LoginPage.vue') },
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
        { path: ':rest(.*)*', name: 'lost', component: () => import('./LostPage.vue') },
      ],
    },
  ],
});

router.beforeEach(async (to) => {
  const session = useSession();
  if (!session.known) await session.load();
  if (to.name !== 'login' && session.known && !session.loggedIn)
    return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
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
