// Money is whole fen in a bigint, or yuan as the text that the API speaks ("12.30"). Never a number: 0.1 is none.

const YUAN = /^(-?)(\d+)(?:\.(\d{1,2}))?$/;
/** Digits before the point that somebody may type. More than any account holds. */
const TYPED_DIGITS_MAX = 9;

/** Fen of an amount of the API; null when it is none. */
export function fenOf(text: string): bigint | null {
  const found = YUAN.exec(text);
  if (!found) {
    return null;
  }
  const [, sign, yuan, cents = ''] = found;
  const fen = BigInt(yuan ?? '0') * 100n + BigInt(cents.padEnd(2, '0'));
  return sign ? -fen : fen;
}

/** The amount as the API speaks it. */
export function yuanOf(fen: bigint): string {
  const size = fen < 0n ? -fen : fen;
  return `${fen < 0n ? '-' : ''}${size / 100n}.${(size % 100n).toString().padStart(2, '0')}`;
}

/** What somebody has typed so far, without what cannot become an amount; null when this key press changes nothing. */
export function typing(text: string): string | null {
  const plain = text.replace(/[,\s¥￥]/g, '').replace(/[。．]/g, '.');
  return new RegExp(`^\\d{0,${TYPED_DIGITS_MAX}}(\\.\\d{0,2})?$`).test(plain) ? plain : null;
}

/** The amount that was typed, as the API speaks it; null unless it is above zero. */
export function amountOf(typed: string): string | null {
  const plain = typing(typed)?.replace(/\.$/, '').replace(/^\./, '0.');
  const fen = plain ? fenOf(plain) : null;
  return fen !== null && fen > 0n ? yuanOf(fen) : null;
}

/** An amount for people: "¥1,234.50". `sign` puts a plus or a minus before it. */
export function shownMoney(text: string, language: string, sign: '+' | '-' | '' = ''): string {
  const fen = fenOf(text);
  if (fen === null) {
    return text;
  }
  const size = fen < 0n ? -fen : fen;
  const mark = sign || (fen < 0n ? '-' : '');
  const yuan = new Intl.NumberFormat(language).format(size / 100n);
  return `${mark === '-' ? '−' : mark}¥${yuan}.${(size % 100n).toString().padStart(2, '0')}`;
}
