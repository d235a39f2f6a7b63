// Which of our languages a browser asks for. Pure.
export type Locale = 'zh-CN' | 'en';

/** `chosen`: by the button, here, before. Else the first of the browser's that we have; Chinese where it names neither. */
export function localeOf(chosen: string | null, languages: readonly string[]): Locale {
  if (chosen === 'en' || chosen === 'zh-CN') return chosen;
  const first = languages.map((one) => one.toLowerCase().split('-')[0]).find((one) => one === 'zh' || one === 'en');
  return first === 'en' ? 'en' : 'zh-CN';
}
