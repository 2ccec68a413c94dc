// The words of both languages, refusals included.
import { generalProblems } from '@kit/words/problems';
import { banksInChinese, banksInEnglish } from './banks';
import { en } from './en';
import { exporting } from './exporting';
import { news } from './news';
import { pocketing } from './pocketing';
import { problems } from './problems';
import { refunding } from './refunding';
import { trying } from './trying';
import { zh } from './zh';

export const words = {
  'zh-CN': {
    ...zh,
    ...news['zh-CN'],
    ...trying['zh-CN'],
    ...exporting['zh-CN'],
    ...refunding['zh-CN'],
    ...pocketing['zh-CN'],
    ...banksInChinese,
    ...generalProblems['zh-CN'],
    ...problems['zh-CN'],
  },
  en: {
    ...en,
    ...news.en,
    ...trying.en,
    ...exporting.en,
    ...refunding.en,
    ...pocketing.en,
    ...banksInEnglish,
    ...generalProblems.en,
    ...problems.en,
  },
};
