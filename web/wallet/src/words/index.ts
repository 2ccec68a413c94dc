// The words of both languages, refusals included.
import { generalProblems } from '@kit/words/problems';
import { banksInChinese, banksInEnglish } from './banks';
import { en } from './en';
import { news } from './news';
import { problems } from './problems';
import { trying } from './trying';
import { zh } from './zh';

export const words = {
  'zh-CN': {
    ...zh,
    ...news['zh-CN'],
    ...trying['zh-CN'],
    ...banksInChinese,
    ...generalProblems['zh-CN'],
    ...problems['zh-CN'],
  },
  en: { ...en, ...news.en, ...trying.en, ...banksInEnglish, ...generalProblems.en, ...problems.en },
};
