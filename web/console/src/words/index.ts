// The words of the console, in both languages.
import { appWords } from '@kit/desk/words';
import { EVENTS } from './events';
import { PROBLEMS } from './problems';
import { SCREENS } from './screens';
import { TASKS } from './tasks';
import { VALUES } from './values';

/** A word that a screen says. */
export type Word = keyof typeof SCREENS | keyof typeof TASKS;

export const words = appWords({ ...SCREENS, ...TASKS, ...VALUES, ...EVENTS }, PROBLEMS);
