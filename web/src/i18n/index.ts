import { createI18n } from 'vue-i18n';
import { en } from './en.ts';
import { localeOf, type Locale } from './locale.ts';
import { zhCN } from './zh-CN.ts';

const key = 'townwall.locale';

export const i18n = createI18n<false>({
  legacy: false,
  locale: localeOf(localStorage.getItem(key), navigator.languages ?? []),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zhCN, en } as never,
});

document.documentElement.lang = isZh() ? 'zh-CN' : 'en';

export function setLocale(locale: Locale): void {
  (i18n.global.locale as unknown as { value: string }).value = locale;
  localStorage.setItem(key, locale);
  document.documentElement.lang = locale;
}

export function isZh(): boolean {
  return (i18n.global.locale as unknown as { value: string }).value !== 'en';
}
