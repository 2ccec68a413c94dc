// A problem in the language of the page: by its code, with the facts of the server's own sentence. A code without words
// here is told by that sentence, so that a new refusal of the server is never silent. What is no "no" never sounds like
// one.
import type { TFunction } from 'i18next';
import { shownShortly } from './moments';
import type { Problem } from './problem';

/** The sentence for people. */
export function said(t: TFunction, problem: Problem, language: string): string {
  const { facts } = problem;
  const until = facts.until && shownShortly(facts.until, language);
  const detailed = facts.tries ? '_tries' : facts.until ? '_until' : '';
  const keys = [`problem.${problem.code}${detailed}`, `problem.${problem.code}`];
  const words = t(keys, { defaultValue: '', tries: facts.tries, until, detail: problem.detail });
  if (words) {
    return words;
  }
  return problem.isUnknown ? t('problem.no_answer') : t('problem.other', { detail: problem.detail || problem.code });
}
