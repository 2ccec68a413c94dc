// The words of the console, in both languages.
import { deskWords } from '@kit/desk/words';
import { wordsOf } from '@kit/words/problems';
import { EVENTS } from './events';
import { PROBLEMS } from './problems';
import { SCREENS } from './screens';
import { TASKS } from './tasks';
import { VALUES } from './values';

/** A word that a screen says. */
export type Word = keyof typeof SCREENS | keyof typeof TASKS;

const own = [SCREENS, TASKS, VALUES, EVENTS].map(pairs => wordsOf(pairs));
const problems = wordsOf(PROBLEMS, 'problem.');

export const words = {
  'zh-CN': Object.assign({}, deskWords['zh-CN'], ...own.map(one => one['zh-CN']), problems['zh-CN']) as Record<
    string,
    string
  >,
  en: Object.assign({}, deskWords.en, ...own.map(one => one.en), problems.en) as Record<string, string>,
};
