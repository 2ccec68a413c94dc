// The banks of cards in both languages, by the codes of the API.

type Pair = readonly [chinese: string, english: string];

const PAIRS: Record<string, Pair> = {
  ABC: ['农业银行', 'Agricultural Bank of China'],
  BOC: ['中国银行', 'Bank of China'],
  CCB: ['建设银行', 'China Construction Bank'],
  CEB: ['光大银行', 'China Everbright Bank'],
  CIB: ['兴业银行', 'Industrial Bank'],
  CITIC: ['中信银行', 'China CITIC Bank'],
  CMB: ['招商银行', 'China Merchants Bank'],
  CMBC: ['民生银行', 'China Minsheng Bank'],
  COMM: ['交通银行', 'Bank of Communications'],
  HXB: ['华夏银行', 'Hua Xia Bank'],
  ICBC: ['工商银行', 'ICBC'],
  PSBC: ['邮储银行', 'Postal Savings Bank of China'],
  SPDB: ['浦发银行', 'SPD Bank'],
};

const side = (which: 0 | 1): Record<string, string> =>
  Object.fromEntries(Object.entries(PAIRS).map(([code, pair]) => [`bank.${code}`, pair[which]]));

export const banksInChinese = side(0);
export const banksInEnglish = side(1);
