// How things are shown in the language of the page.
import { useShownIn } from '@kit/desk/shown';
import type { Word } from './words';

/** Microseconds of a millisecond. */
const US = 1_000;

/** The words of this page, and its ways to show what the sandbox API tells. */
export function useShown() {
  const shown = useShownIn<Word>();
  const { language } = shown;
  return {
    ...shown,
    /** One of two sentences that the server has in both languages. */
    either: (chinese: string, english: string) => (language === 'en' ? english : chinese),
    /** How long a call took. */
    took: (us: number) =>
      `${new Intl.NumberFormat(language, { maximumFractionDigits: us < 10 * US ? 1 : 0 }).format(us / US)} ms`,
  };
}
