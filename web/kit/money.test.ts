import { expect, test } from 'vitest';
import { amountOf, fenOf, shownMoney, typing, yuanOf } from './money';

test('amounts of the API become whole fen and come back the same', () => {
  for (const [text, fen] of [
    ['0.00', 0n],
    ['0.01', 1n],
    ['0.10', 10n],
    ['12.30', 1_230n],
    ['-12.30', -1_230n],
    ['90071992547409.93', 9_007_199_254_740_993n],
  ] as const) {
    expect(fenOf(text)).toBe(fen);
    expect(yuanOf(fen)).toBe(text);
  }
  expect(fenOf('5')).toBe(500n);
  expect(fenOf('5.1')).toBe(510n);
  for (const none of ['', '.', '1.', '1.234', '1e3', '１２', ' 1', '--1', 'NaN']) {
    expect(fenOf(none)).toBeNull();
  }
});

test('typing takes what can become an amount, and nothing else', () => {
  for (const [typed, kept] of [
    ['', ''],
    ['1', '1'],
    ['1.', '1.'],
    ['.5', '.5'],
    ['1,234.5', '1234.5'],
    ['¥12。3', '12.3'],
    ['1.234', null],
    ['1..', null],
    ['-1', null],
    ['1e3', null],
    ['1234567890', null],
  ] as const) {
    expect(typing(typed), typed).toBe(kept);
  }
});

test('an amount that was typed is told with two decimals, and only above zero', () => {
  for (const [typed, told] of [
    ['12.3', '12.30'],
    ['.5', '0.50'],
    ['007', '7.00'],
    ['8.', '8.00'],
    ['0.01', '0.01'],
    ['', null],
    ['.', null],
    ['0', null],
    ['0.00', null],
    ['abc', null],
  ] as const) {
    expect(amountOf(typed), typed).toBe(told);
  }
});

test('money is shown by language, to the last fen of any size', () => {
  expect(shownMoney('1234.50', 'zh-CN')).toBe('¥1,234.50');
  expect(shownMoney('1234.50', 'en', '+')).toBe('+¥1,234.50');
  expect(shownMoney('0.07', 'en', '-')).toBe('−¥0.07');
  expect(shownMoney('-12.30', 'en')).toBe('−¥12.30');
  expect(shownMoney('90071992547409.93', 'en')).toBe('¥90,071,992,547,409.93');
  expect(shownMoney('not told', 'en')).toBe('not told');
});
