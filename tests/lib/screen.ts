// What tests ask of every page: that nothing jumps, that no raw key and no other language is shown, that fingers hit.
import type { Page } from 'playwright-core';

interface Shift { value: number; what: string }
declare global {
  interface Window { shifts?: Shift[] }
}

/** Begins to count layout shifts on every page of this context from here on; see `shiftsOf`. */
export async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean; sources?: { node?: Node }[] })[]) {
        if (entry.hadRecentInput) continue;
        const nodes = (entry.sources ?? []).map(({ node }) => (node instanceof Element ? `${node.tagName}.${node.className}` : (node?.nodeName ?? '')));
        window.shifts?.push({ value: entry.value, what: nodes.join(' ') });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** Cumulative layout shift since the page was opened, and what moved. */
export async function shiftsOf(page: Page): Promise<{ sum: number; what: string[] }> {
  const list = await page.evaluate(() => window.shifts ?? []);
  return { sum: list.reduce((sum, { value }) => sum + value, 0), what: list.map(({ value, what }) => `${value.toFixed(4)} ${what}`) };
}

/** Texts that are seen or said, without names of places, people and cameras. */
export function textsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const own = (node: Node | null): boolean => node instanceof Element && node.closest('[translate=no]') !== null;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (node.textContent?.trim() && !own(node.parentElement)) found.push(node.textContent.trim());
    for (const element of document.querySelectorAll('[aria-label],[placeholder],[title],[aria-description]'))
      for (const name of ['aria-label', 'placeholder', 'title', 'aria-description'])
        if (element.hasAttribute(name) && !own(element)) found.push(element.getAttribute(name) ?? '');
    return found;
  });
}

/** Controls that can be tapped now and are smaller than a finger. */
export function smallTargets(page: Page, leastPx: number): Promise<string[]> {
  return page.evaluate((least) => {
    const seen = (element: Element): boolean => {
      const { left, top, width, height } = element.getBoundingClientRect();
      if (width < 2 || height < 2 || element.closest('.hidden-for-eyes')) return false;
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      return hit !== null && (element.contains(hit) || hit.contains(element));
    };
    return [...document.querySelectorAll('button,a[href],input,select')].filter(seen).flatMap((element) => {
      const { width, height } = element.getBoundingClientRect();
      const box = element.matches('input') ? (element.closest('.find') ?? element).getBoundingClientRect() : { width, height };
      return Math.min(box.width, box.height) < least ? [`${element.outerHTML.slice(0, 80)} ${Math.round(box.width)}×${Math.round(box.height)}`] : [];
    });
  }, leastPx);
}
