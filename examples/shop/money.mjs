// Amounts are whole fen. Text comes in and goes out; nothing is ever a fraction.

/** "12.8" → 1280; NaN for what is no amount. */
export function fenOf(text) {
  const parts = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(String(text));
  return parts ? Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0')) : NaN;
}

/** 1280 → "12.80" */
export const yuanOf = fen => `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
