import { expect, test } from 'vitest';
import { isSpan, momentTyped, secondsOf, spanWords } from './spans';

test('spans are known as the server knows them', () => {
  for (const [text, is] of [
    ['3d', true],
    ['1d12h', true],
    ['90', true],
    [' 15m ', true],
    ['2w1d', true],
    ['12h1d', false],
    ['', false],
    ['d', false],
    ['-1d', false],
    ['1.5h', false],
  ] as const) {
    expect(isSpan(text), text).toBe(is);
  }
  expect([secondsOf('1d12h'), secondsOf('90'), secondsOf('2w')]).toEqual([129_600, 90, 1_209_600]);
});

test('a span is told in its two largest units', () => {
  expect(spanWords('1d12h', 'en')).toBe('1 day, 12 hours');
  expect(spanWords(3 * 86_400 + 3_700, 'en')).toBe('3 days, 1 hour');
  expect(spanWords('15m', 'zh-CN')).toBe('15分钟');
  expect(spanWords(0, 'en')).toBe('0 seconds');
});

test('a chosen moment is one of the books', () => {
  expect(momentTyped('2026-01-02T03:04')).toBe('2026-01-02 03:04:00');
  expect(momentTyped('2026-01-02T03:04:05')).toBe('2026-01-02 03:04:05');
  expect(momentTyped('')).toBeNull();
});
