// Spans of time as the sandbox API takes them ("1d12h"), and as people read them.

const SPAN = /^(?=\d)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$/;
const SECONDS = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 } as const;
const UNITS = { d: 'day', h: 'hour', m: 'minute', s: 'second' } as const;

/** Whether a span was typed. */
export const isSpan = (typed: string): boolean => SPAN.test(typed.trim()) || /^\d+$/.test(typed.trim());

/** Seconds of a span. */
export function secondsOf(span: string): number {
  if (/^\d+$/.test(span)) {
    return Number(span);
  }
  return [...span.matchAll(/(\d+)([wdhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * SECONDS[unit as keyof typeof SECONDS],
    0,
  );
}

/** A span for people, its two largest units: "3 days, 2 hours". */
export function spanWords(span: string | number, language: string): string {
  let rest = typeof span === 'number' ? span : secondsOf(span);
  const parts: string[] = [];
  for (const [unit, name] of Object.entries(UNITS)) {
    const size = SECONDS[unit as keyof typeof SECONDS];
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) {
      parts.push(new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'long' }).format(count));
    }
  }
  const shown = parts.slice(0, 2);
  return shown.length === 0
    ? new Intl.NumberFormat(language, { style: 'unit', unit: 'second', unitDisplay: 'long' }).format(0)
    : shown.join(language === 'en' ? ', ' : '');
}

/** A moment of a `datetime-local` field, as the sandbox API writes it; null while none is chosen. The field means the
 *  time of the books, wherever the device is. */
export function momentTyped(text: string): string | null {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?/.exec(text);
  return found ? `${found[1]} ${found[2]}${found[3] ?? ':00'}` : null;
}
