// How things are shown in the language of the page.
import { useShownIn } from '@kit/desk/shown';
import { yuanOf } from '@kit/money';
import { ROLES_OF } from './second';
import type { Act, Me } from './told';
import type { Word } from './words';

/** Parts per million of a hundredth. */
const PPM_OF_PERCENT = 10_000;

/** The words of the console, and its ways to show what the API tells. */
export function useShown() {
  const shown = useShownIn<Word>();
  const { say, named, money, number, language } = shown;
  const names = (roles: readonly string[]) => roles.map(role => named('role', role)).join(say('or'));
  return {
    ...shown,
    /** An amount with its currency. */
    sum: (amount: string, currency: string) => (currency === 'CNY' ? money(amount) : `${currency} ${amount}`),
    /** Fen as the text of a count. */
    fen: (text: string) => (/^-?\d+$/.test(text) ? money(yuanOf(BigInt(text))) : text),
    /** Fen with fewer digits, where there is little room. */
    short: (fen: bigint) => {
      const size = fen < 0n ? -fen : fen;
      return `${fen < 0n ? '−' : ''}¥${new Intl.NumberFormat(language, { notation: 'compact' }).format(size / 100n)}`;
    },
    /** Parts per million as a share: "0.6 %". */
    fee: (ppm: number) => {
      const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 4 });
      return share.format(ppm / (100 * PPM_OF_PERCENT));
    },
    /** A size for people. */
    bytes: (count: number) => {
      const unit = count >= 1_000_000_000 ? 'gigabyte' : 'megabyte';
      const size = count / (unit === 'gigabyte' ? 1_000_000_000 : 1_000_000);
      return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(size);
    },
    /** Roles that may do this. */
    roles: (act: Act) => names(ROLES_OF[act]),
    /** Who has to be the second person. */
    second: (me: Me, act: Act) => (me.everybody ? say('second.everybody') : names(ROLES_OF[act])),
    /** What happened, by the title of a timeline. */
    event: (kind: string, title: string) => {
      const what = title.slice(kind.length + 1);
      const [group, value] = kind === 'posting' ? ['posting', what] : ['event', title];
      const words = named(group, value);
      return words === value ? `${named('event_kind', kind)} · ${what}` : words;
    },
    /** Several, or the word for nothing. */
    list: (values: readonly string[]) =>
      values.length > 0 ? values.join(language === 'en' ? ', ' : '、') : say('none'),
    count: (value: number) => number(value),
  };
}
