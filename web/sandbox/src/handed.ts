// What a buyer has in hand: the text of a code, an address, the signed text of an app, or a number.

export type Handed = 'trade_no' | 'order_string' | 'order_url' | 'qr_code';

/** Which of them a text is. */
export function kindOf(text: string): Handed {
  if (/^\d{28}$/.test(text)) {
    return 'trade_no';
  }
  if (/^https?:\/\//i.test(text)) {
    return 'order_url';
  }
  return /(^|&)app_id=/.test(text) && /(^|&)sign=/.test(text) ? 'order_string' : 'qr_code';
}

/** The member of a call that says it. */
export const handed = (text: string): Record<string, string> => ({ [kindOf(text.trim())]: text.trim() });

/** A pay code as the screen of a phone shows it: in fours. */
export const inFours = (code: string): string => code.replace(/(\d{4})(?=\d)/g, '$1 ');

/** Whole seconds from one moment of a world to another, never below zero; both as the sandbox API writes them. */
export function secondsTo(until: string, nowMs: number): number {
  const at = Date.parse(`${until.replace(' ', 'T')}+08:00`);
  return Number.isNaN(at) ? 0 : Math.max(0, Math.ceil((at - nowMs) / 1_000));
}
