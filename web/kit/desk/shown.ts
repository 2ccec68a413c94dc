// How things are shown in the language of the page.
import { useTranslation } from 'react-i18next';
import { shownMoney } from '../money';
import { shownDay, shownMoment, shownMonth, shownShortly } from '../moments';
import { asProblem } from '../problem';
import { said } from '../said';
import type { DeskWord } from './words';

type Values = Record<string, string | number>;

/** The words of a page, and its ways to show money, moments and refusals. `Own` is the keys of the app's own words. */
export function useShownIn<Own extends string>() {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  return {
    language,
    /** A word of this app, or of the parts that desks share. */
    say: (key: Own | DeskWord, values?: Values): string => t(key, { ...values }),
    /** The word for a value of the API; the value itself when it is a new one. */
    named: (group: string, value: string): string => t(`${group}.${value}`, { defaultValue: value }),
    money: (text: string, sign?: '+' | '-' | '') => shownMoney(text, language, sign),
    moment: (text: string) => shownMoment(text, language),
    shortly: (text: string) => shownShortly(text, language),
    day: (text: string) => shownDay(text, language),
    month: (text: string, shortly = false) => shownMonth(text, language, shortly),
    number: (value: number | bigint) => new Intl.NumberFormat(language).format(value),
    problem: (thrown: unknown) => said(t, asProblem(thrown), language),
  };
}

/** The same for the shared parts themselves. */
export const useDesk = () => useShownIn<never>();
