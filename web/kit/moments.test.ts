import { expect, test } from 'vitest';
import { momentOf, monthOf, shownDay, shownMoment, shownMonth, shownShortly } from './moments';

test('a moment is shown in the time of the books, wherever the device is', () => {
  const late = '2026-11-30T23:59:58+08:00';
  expect(shownMoment(late, 'zh-CN')).toBe('2026年11月30日 23:59:58');
  expect(shownMoment(late, 'en')).toBe('Nov 30, 2026, 23:59:58');
  expect(shownMoment('2026-11-30T15:59:58Z', 'en')).toBe('Nov 30, 2026, 23:59:58');
  expect(shownShortly(late, 'zh-CN')).toBe('11月30日 23:59');
  expect(shownDay(late, 'en')).toBe('Nov 30, 2026');
  expect(shownMoment('2026-12-01T00:00:00+08:00', 'en')).toBe('Dec 1, 2026, 00:00:00');
});

test('a moment without its distance from UTC is China’s', () => {
  expect(momentOf('2026-11-30 08:00:00')?.toISOString()).toBe('2026-11-30T00:00:00.000Z');
  expect(momentOf('2026-11-30T08:00:00')?.toISOString()).toBe('2026-11-30T00:00:00.000Z');
});

test('what is no moment is shown as it is', () => {
  expect(momentOf('soon')).toBeNull();
  expect(shownMoment('soon', 'en')).toBe('soon');
});

test('the month of a bill is that of the books', () => {
  expect(monthOf('2026-11-30T23:59:59+08:00')).toBe('2026-11');
  expect(monthOf('2026-11-30T16:00:00Z')).toBe('2026-12');
  expect(shownMonth('2026-11', 'zh-CN')).toBe('2026年11月');
  expect(shownMonth('2026-11', 'en')).toBe('November 2026');
  expect(shownMonth('2026-11', 'en', true)).toBe('Nov');
});
