import { expect, test } from 'vitest';
import { handed, inFours, kindOf, secondsTo } from './handed';

test('what a buyer has in hand is known by its look', () => {
  for (const [text, kind] of [
    ['2026112222001404071576486906', 'trade_no'],
    ['http://127.0.0.1:8080/qr/abc', 'order_url'],
    ['HTTPS://pay.example/cashier/abc', 'order_url'],
    ['alipay_sdk=x&app_id=9021&sign=abc', 'order_string'],
    ['app_id=9021', 'qr_code'],
    ['202611222200140407157648690', 'qr_code'],
  ] as const) {
    expect(kindOf(text), text).toBe(kind);
  }
  expect(handed(' http://a/b\n')).toEqual({ order_url: 'http://a/b' });
});

test('a pay code is read in fours', () => {
  expect(inFours('286531639787491915')).toBe('2865 3163 9787 4919 15');
});

test('how long a code lives is counted by the clock of the world', () => {
  const now = Date.parse('2026-01-02T03:04:05+08:00');
  expect(secondsTo('2026-01-02 03:05:05', now)).toBe(60);
  expect(secondsTo('2026-01-02 03:04:00', now)).toBe(0);
  expect(secondsTo('never', now)).toBe(0);
});
