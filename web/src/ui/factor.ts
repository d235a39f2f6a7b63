// How large a display writes: 1, 1.25, 1.5 or 2, kept on the machine it hangs at. `?factor=1.5` sets it.
export const FACTORS = [1, 1.25, 1.5, 2] as const;
export type Factor = (typeof FACTORS)[number];

const KEY = 'townwall.factor';

function parse(text: string | null): Factor | null {
  const value = Number(text);
  return FACTORS.find((one) => one === value) ?? null;
}

export function factor(): Factor {
  return parse(localStorage.getItem(KEY)) ?? 1;
}

/** Text sizes and bars follow at once; what is drawn on a canvas with its next layout. */
export function setFactor(value: Factor): void {
  localStorage.setItem(KEY, String(value));
  document.documentElement.style.setProperty('--factor', String(value));
  window.dispatchEvent(new Event('resize'));
}

export function startFactor(): void {
  setFactor(parse(new URLSearchParams(location.search).get('factor')) ?? factor());
}
