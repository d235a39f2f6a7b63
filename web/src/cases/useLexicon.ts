// What the command line may name: the town's areas and departments, the words of the rules, in both languages.
import { computed, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useTown } from '../stores/town.ts';
import { lexiconOf } from './caseForm.ts';
import { COMMAND_FIELDS, type CommandField, type CommandFault, type Lexicon, type TimeWords } from './command.ts';
import { useCaseWords } from './useCaseWords.ts';

export function useLexicon(near: Ref<string | null>) {
  const { messages } = useI18n();
  const { t, area, dictionary } = useCaseWords();
  const town = useTown();
  type Both = Record<string, { cases: Record<'commandNames' | 'commandTimes', Record<string, string>> }>;
  /** Names in both languages: who types one is understood in either. */
  const both = (of: 'commandNames' | 'commandTimes', key: string): string => Object.values(messages.value as Both).map((one) => one.cases[of][key]).join(' ');
  const fields = computed(() => Object.fromEntries(COMMAND_FIELDS.map((field) => [field, both('commandNames', field)])) as Record<CommandField, string>);
  const times = computed(() => Object.fromEntries((['h', 'd', 'min', 'today', 'tomorrow', 'after'] as const).map((key) => [key, both('commandTimes', key)])) as Record<keyof TimeWords, string>);
  const lexicon = computed<Lexicon>(() => lexiconOf(dictionary.lists, [...dictionary.departments, { id: 'grid', name: t('cases.grid') }],
    town.areas.filter(({ properties: { level } }) => level !== 'county' && level !== 'town').map(({ properties: one }) => ({ code: one.code, number: one.number, name: one.name, name_en: one.name_en, parent: one.parent, whole: area(one.code) })), fields.value, times.value, near.value));
  const fieldName = (field: CommandField): string => t(`cases.commandField.${field}`);
  const faultWords = (fault: CommandFault): string => {
    switch (fault.code) {
      case 'unknown_word':
        return t('cases.fault.unknown_word', { raw: fault.raw });
      case 'unknown_field':
        return t('cases.fault.unknown_field', { field: fault.field });
      case 'ambiguous':
        return t('cases.fault.ambiguous', { field: fieldName(fault.field), raw: fault.raw, choices: fault.choices.join(t('cases.comma')) });
      default:
        return t(`cases.fault.${fault.code}`, { field: fieldName(fault.field), raw: fault.raw });
    }
  };
  return { lexicon, faultWords };
}
