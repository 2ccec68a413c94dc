// The words of both languages, refusals included.
import type { Language } from '@kit/languages';
import { banksInChinese, banksInEnglish } from './banks';
import { en } from './en';
import { problemsInChinese, problemsInEnglish } from './problems';
import { zh } from './zh';

export const words = {
  'zh-CN': { ...zh, ...banksInChinese, ...problemsInChinese },
  en: { ...en, ...banksInEnglish, ...problemsInEnglish },
};

/** What each language calls itself. */
export const OWN_NAMES: Record<Language, string> = { 'zh-CN': '简体中文', en: 'English' };
