// The words of this page in both languages, refusals included. Each stands beside its other language.
import { appWords } from '@kit/desk/words';
import { DESKS } from './desks';
import { MAKING } from './making';
import { PROBLEMS } from './problems';
import { SEEING } from './seeing';
import { VALUES } from './values';

const PAIRS = { ...DESKS, ...MAKING, ...SEEING, ...VALUES } as const;

/** A word of this page. */
export type Word = keyof typeof PAIRS;

export const words = appWords(PAIRS, PROBLEMS);
