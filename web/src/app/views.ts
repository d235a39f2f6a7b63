// The views of the upper bar, in the order of their keys g 1, g 2 … and who may see them.
export const VIEWS = [
  { name: 'map', n: '1', tab: 'place', right: 'camera.list' }, { name: 'mosaic', n: '2', tab: 'grid', right: 'camera.list' }, { name: 'live', n: '3', tab: 'play', right: 'camera.list' },
  { name: 'devices', n: '4', tab: 'list', right: 'camera.list' }, { name: 'ultra', n: '5', tab: 'wide', right: 'camera.list' },
  { name: 'console', n: '6', tab: 'bell', right: 'alert.see' }, { name: 'feeds', n: '7', tab: 'feed', right: 'feed.see' },
  { name: 'people', n: '8', tab: 'user', right: 'user.see' }, { name: 'cases', n: '9', tab: 'clipboard', right: 'case.own' },
  { name: 'work', n: '0', tab: 'check', right: 'case.own' }, { name: 'intake', n: 'i', tab: 'receiver', right: 'case.register' }, { name: 'indicators', n: 'n', tab: 'list', right: 'case.indicators' },
  { name: 'meetings', n: 't', tab: 'speech', right: 'meeting.join' },
] as const;

/** Those that a person may see, each with its key. */
export function viewsFor(may: (right: string) => boolean): { name: (typeof VIEWS)[number]['name']; tab: (typeof VIEWS)[number]['tab']; n: string }[] {
  return VIEWS.filter(({ right }) => may(right));
}
