// The language of the pages: what was chosen here before, else what the browser asks for.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What each language calls itself. */
export const OWN_NAMES: Record<Language, string> = { 'zh-CN': '简体中文', en: 'English' };

const KEPT = 'tongbao-language';

function wanted(): Language {
  try {
    const kept = LANGUAGES.find(one => one === localStorage.getItem(KEPT));
    if (kept) {
      return kept;
    }
  } catch {
    // Nothing is kept on this device.
  }
  return (navigator.languages ?? [navigator.language])[0]?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** Starts with the words of both languages. The page's `lang` follows, so that readers pronounce it. */
export function startLanguages(words: Record<Language, Record<string, string>>): void {
  const language = wanted();
  document.documentElement.lang = language;
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
    // React escapes.
    interpolation: { escapeValue: false },
    resources: Object.fromEntries(LANGUAGES.map(one => [one, { translation: words[one] }])),
  });
}

/** Changes the language, here and for the next visit. */
export function speak(language: Language): void {
  document.documentElement.lang = language;
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // The next visit asks the browser again.
  }
  void i18next.changeLanguage(language);
}
