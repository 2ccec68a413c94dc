// The words of the desk in both languages, refusals included. Each stands beside its other language.
import { deskWords } from '@kit/desk/words';
import { wordsOf } from '@kit/words/problems';
import { COUNTER } from './counter';
import { PROBLEMS } from './problems';
import { MONEY } from './money';
import { SETTINGS } from './settings';
import { VALUES } from './values';

const PAIRS = { ...COUNTER, ...MONEY, ...SETTINGS, ...VALUES } as const;

/** A word of this app. */
export type Word = keyof typeof PAIRS;

const own = wordsOf(PAIRS);
const problems = wordsOf(PROBLEMS, 'problem.');

export const words = {
  'zh-CN': { ...deskWords['zh-CN'], ...own['zh-CN'], ...problems['zh-CN'] },
  en: { ...deskWords.en, ...own.en, ...problems.en },
};
