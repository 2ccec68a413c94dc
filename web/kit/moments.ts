// Moments of the API, shown in the language of the page and the time of the books, which is China's, wherever the
// device is: a bill must say the same to everybody who reads it.

const ZONE = 'Asia/Shanghai';

/** A moment of the API; null when it is none. Without a distance from UTC it is China's. */
export function momentOf(text: string): Date | null {
  const plain = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d$/.test(text) ? `${text.replace(' ', 'T')}+08:00` : text;
  const found = new Date(plain);
  return Number.isNaN(found.getTime()) ? null : found;
}

function shown(text: string, language: string, style: Intl.DateTimeFormatOptions): string {
  const found = momentOf(text);
  return found ? new Intl.DateTimeFormat(language, { timeZone: ZONE, ...style }).format(found) : text;
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** Day and time to the second. */
export function shownMoment(text: string, language: string): string {
  return shown(text, language, { year: 'numeric', month: 'short', day: 'numeric', ...CLOCK, second: '2-digit' });
}

/** Day and time without year and seconds, for lists. */
export function shownShortly(text: string, language: string): string {
  return shown(text, language, { month: 'short', day: 'numeric', ...CLOCK });
}

/** The day alone. */
export function shownDay(text: string, language: string): string {
  return shown(text, language, { year: 'numeric', month: 'short', day: 'numeric' });
}

/** The clock alone, for lists whose day is told above. */
export function shownTime(text: string, language: string): string {
  return shown(text, language, CLOCK);
}

/** The day of a moment as the API writes days: "2026-11-30". */
export function dayOf(text: string): string {
  const found = momentOf(text);
  if (!found) {
    return text.slice(0, 10);
  }
  const style = { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const parts = new Intl.DateTimeFormat('en', style).formatToParts(found);
  const part = (type: string) => parts.find(one => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** The month of a moment as the API writes months: "2026-11". */
export const monthOf = (text: string): string => dayOf(text).slice(0, 7);

/** A month of the API ("2026-11") for people; `shortly` without its year. */
export function shownMonth(month: string, language: string, shortly = false): string {
  const style = shortly ? ({ month: 'short' } as const) : ({ year: 'numeric', month: 'long' } as const);
  return shown(`${month}-15T12:00:00+08:00`, language, style);
}
