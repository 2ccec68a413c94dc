// The words of the desk in both languages, refusals included. Each stands beside its other language.
import { appWords } from '@kit/desk/words';
import { COUNTER } from './counter';
import { PROBLEMS } from './problems';
import { MONEY } from './money';
import { REQUESTS } from './requests';
import { SETTINGS } from './settings';
import { VALUES } from './values';

const PAIRS = { ...COUNTER, ...MONEY, ...REQUESTS, ...SETTINGS, ...VALUES } as const;

/** A word of this app. */
export type Word = keyof typeof PAIRS;

export const words = appWords(PAIRS, PROBLEMS);
