// How things are shown in the language of the page.
import { useShownIn } from '@kit/desk/shown';
import type { Word } from './words';

/** The words of the page, and its ways to show money, moments and refusals. */
export const useShown = () => useShownIn<Word>();

/** A share of the API (9090 basis points) as it is read: "90.9%". Null where there is none. */
export function shownShare(bp: number | null, language: string): string | null {
  if (bp === null) {
    return null;
  }
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(bp / 10_000);
}
