// Naive UI in our tokens. It computes with colours, so that it is given those that the tokens have now.
import { dateEnUS, dateZhCN, enUS, zhCN, type GlobalThemeOverrides } from 'naive-ui';
import { computed, type ComputedRef } from 'vue';
import { useI18n } from 'vue-i18n';

function overrides(): GlobalThemeOverrides {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const ring = 'var(--focus-ring)';
  return {
    common: {
      fontFamily: token('--c-font'), fontFamilyMono: token('--c-mono'), fontSize: '14px', fontSizeMedium: '14px', fontWeightStrong: '700', borderRadius: '4px',
      primaryColor: token('--action'), primaryColorHover: token('--action'), primaryColorPressed: token('--action'), primaryColorSuppl: token('--action'),
      errorColor: token('--p1'), errorColorHover: token('--p1'), errorColorPressed: token('--p1'), errorColorSuppl: token('--p1'),
      textColorBase: token('--text'), textColor1: token('--text'), textColor2: token('--text'), textColor3: token('--text-2'),
      placeholderColor: token('--text-3'), textColorDisabled: token('--text-3'), placeholderColorDisabled: token('--text-3'), borderColor: token('--line-strong'), dividerColor: token('--line'),
      bodyColor: token('--bg'), cardColor: token('--surface'), modalColor: token('--surface'), popoverColor: token('--surface-2'), inputColor: token('--surface-2'),
    },
    Input: { boxShadowFocus: ring, boxShadowFocusError: ring, heightMedium: '32px' },
    Form: { labelFontSizeTopMedium: '13px', feedbackFontSizeMedium: '13px', feedbackHeightMedium: '20px' },
    Checkbox: { boxShadowFocus: ring },
    Switch: { railColor: token('--line-strong'), railColorActive: token('--action'), boxShadowFocus: ring },
    Card: { paddingMedium: '16px', titleFontSizeMedium: '20px', titleFontWeight: '700' },
  };
}

/** What NConfigProvider is told. */
export function useNaive(): ComputedRef<{ themeOverrides: GlobalThemeOverrides; locale: typeof zhCN; dateLocale: typeof dateZhCN }> {
  const { locale } = useI18n();
  return computed(() => ({
    themeOverrides: overrides(), locale: locale.value === 'en' ? enUS : zhCN, dateLocale: locale.value === 'en' ? dateEnUS : dateZhCN,
  }));
}
