// Which days a table of bills has: as the API takes them, and said before it is asked.
import { dayOf } from '@kit/moments';
import type { ExportingWord } from './words/exporting';

const DAY_MS = 86_400_000;
/** Days of one table at most, the first and the last counted. */
const DAYS_MAX = 366;
/** How many days are offered at first. */
const DAYS_OFFERED = 30;

/** The first and the last day, like "2026-01-31". */
export interface Days {
  first: string;
  last: string;
}

/** The days that are offered: the last ones, as China counts them. */
export function offered(now = Date.now()): Days {
  const at = (moment: number) => dayOf(new Date(moment).toISOString());
  return { first: at(now - (DAYS_OFFERED - 1) * DAY_MS), last: at(now) };
}

const momentOf = (day: string) => (/^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN);

/** What is wrong with the days; null when nothing is. */
export function wrongWith({ first, last }: Days): ExportingWord | null {
  const [from, to] = [momentOf(first), momentOf(last)];
  if (Number.isNaN(from) || Number.isNaN(to)) {
    return 'export.no_day';
  }
  if (to < from) {
    return 'export.order';
  }
  return (to - from) / DAY_MS < DAYS_MAX ? null : 'export.span';
}
