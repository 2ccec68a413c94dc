// The words of exports. Each stands beside its other language.
import { wordsOf } from '@kit/words/problems';

const PAIRS = {
  'bills.export': ['导出', 'Export'],
  'export.title': ['导出账单与数据', 'Export bills and data'],
  'export.bills': ['导出账单', 'Export bills'],
  'export.bills_text': ['所选日期内的账单，存为表格（CSV），最长一年。', 'The bills of these days as a table (CSV), of a year at most.'],
  'export.first': ['开始日期', 'First day'],
  'export.last': ['结束日期', 'Last day'],
  'export.go': ['导出账单', 'Export the bills'],
  'export.done': ['文件已保存。', 'The file is saved.'],
  'export.no_day': ['请选择日期。', 'Choose a day.'],
  'export.order': ['结束日期不能早于开始日期。', 'The last day is before the first.'],
  'export.span': ['最长导出一年。', 'A year at most.'],
  'export.data': ['我的全部数据', 'All my data'],
  'export.data_text': [
    '平台保存的与你有关的数据副本，含账单、银行卡、实名与登录设备（JSON）。请妥善保管。',
    'A copy of what is kept about you: bills, cards, who you are, devices (JSON). Keep it where nobody else looks.',
  ],
  'export.data_go': ['下载我的数据', 'Download my data'],
  'export.books': ['记账软件格式', 'For programs that keep books'],
  'export.books_text': [
    '按资金记录生成，可设密码（ZIP），需再次登录。',
    'Made from the movements of money, with a password if you like (ZIP). You sign in once more.',
  ],
} as const;

/** A word of exports. */
export type ExportingWord = keyof typeof PAIRS;

export const exporting = wordsOf(PAIRS);
