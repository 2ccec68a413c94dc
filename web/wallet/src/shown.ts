// How things are shown in the language of the page.
import { shownMoney } from '@kit/money';
import { shownDay, shownMoment, shownMonth, shownShortly, shownTime } from '@kit/moments';
import { asProblem } from '@kit/problem';
import { said } from '@kit/said';
import type { Card } from '@kit/api/shapes';
import { useTranslation } from 'react-i18next';
import type { ExportingWord } from './words/exporting';
import type { NewsWord } from './words/news';
import type { PocketingWord } from './words/pocketing';
import type { RefundingWord } from './words/refunding';
import type { TryingWord } from './words/trying';
import type { Words } from './words/zh';

/** The words of the page, and its ways to show money, moments, cards and refusals. */
export function useShown() {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  /** A word of this page. */
  const say = (
    key: keyof Words | NewsWord | TryingWord | ExportingWord | RefundingWord | PocketingWord,
    values?: Record<string, string | number>,
  ): string => t(key, { ...values });
  /** The word for a value of the API; the value itself when it is a new one. */
  const named = (group: string, value: string): string => t(`${group}.${value}`, { defaultValue: value });
  return {
    language,
    say,
    named,
    money: (text: string, sign?: '+' | '-' | '') => shownMoney(text, language, sign),
    moment: (text: string) => shownMoment(text, language),
    shortly: (text: string) => shownShortly(text, language),
    time: (text: string) => shownTime(text, language),
    day: (text: string) => shownDay(text, language),
    month: (text: string, shortly = false) => shownMonth(text, language, shortly),
    card: (card: Pick<Card, 'bank' | 'kind' | 'last_four'>) =>
      say('card.named', { bank: named('bank', card.bank), kind: named('card', card.kind), last: card.last_four }),
    problem: (thrown: unknown) => said(t, asProblem(thrown), language),
  };
}
