// The words of this page in both languages, refusals included. Each stands beside its other language.
import { deskWords } from '@kit/desk/words';
import { wordsOf } from '@kit/words/problems';
import { DESKS } from './desks';
import { MAKING } from './making';
import { PROBLEMS } from './problems';
import { SEEING } from './seeing';
import { VALUES } from './values';

const PAIRS = { ...DESKS, ...MAKING, ...SEEING, ...VALUES } as const;

/** A word of this page. */
export type Word = keyof typeof PAIRS;

const own = wordsOf(PAIRS);
const problems = wordsOf(PROBLEMS, 'problem.');

export const words = {
  'zh-CN': { ...deskWords['zh-CN'], ...own['zh-CN'], ...problems['zh-CN'] },
  en: { ...deskWords.en, ...own.en, ...problems.en },
};
