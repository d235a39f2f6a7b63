// Headings that a library marks as such without saying of which level; a reader needs both.
import type { Directive } from 'vue';

const level = (root: Element): void => {
  for (const one of root.querySelectorAll('[role=heading]:not([aria-level])')) one.setAttribute('aria-level', '2');
};

export const vHeadings: Directive<Element> = { mounted: level, updated: level };
