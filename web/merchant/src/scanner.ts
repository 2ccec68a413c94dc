// Scanners that type: a burst of digits, faster than hands are, which ends with Enter. They may come while any field
// has the focus.
import { useEffect, useRef } from 'react';

/** Between two keys of a scanner there is less time than this. */
const GAP_MS_MAX = 80;
/** What a pay code looks like. */
const PAY_CODE = /^(2[5-9]|30)\d{14,22}$/;

/** Whether these digits can be a pay code. */
export const isPayCode = (digits: string): boolean => PAY_CODE.test(digits);

/** A pay code out of what was scanned or typed; null when there is none. Spaces are how phones show it. */
export function payCodeIn(text: string): string | null {
  const digits = text.replace(/[\s-]/g, '');
  return isPayCode(digits) ? digits : null;
}

/** Tells bursts of a scanner from typing. */
export class Bursts {
  private digits = '';
  private last = Number.NEGATIVE_INFINITY;

  /** A key at a moment in ms. `begin` may be the first key of a burst; a text is the pay code of one that has ended. */
  press(key: string, at: number): 'begin' | 'more' | 'none' | { code: string } {
    const isFast = at - this.last <= GAP_MS_MAX;
    this.last = at;
    if (/^\d$/.test(key)) {
      this.digits = isFast ? this.digits + key : key;
      return this.digits.length === 1 ? 'begin' : 'more';
    }
    const { digits } = this;
    this.digits = '';
    return key === 'Enter' && isFast && isPayCode(digits) ? { code: digits } : 'none';
  }
}

interface Options {
  /** The first key of what may become a burst: keep what it would spoil. */
  onBegin: () => void;
  onCode: (code: string) => void;
}

/** Listens for a scanner on the whole page. */
export function useScanner({ onBegin, onCode }: Options): void {
  const bursts = useRef(new Bursts());
  const latest = useRef({ onBegin, onCode });
  useEffect(() => {
    latest.current = { onBegin, onCode };
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      const found = bursts.current.press(event.key, event.timeStamp);
      if (found === 'begin') {
        latest.current.onBegin();
      } else if (typeof found === 'object') {
        // The Enter is the scanner's, and presses no button.
        event.preventDefault();
        event.stopPropagation();
        latest.current.onCode(found.code);
      }
    };
    addEventListener('keydown', listen, true);
    return () => removeEventListener('keydown', listen, true);
  }, []);
}
