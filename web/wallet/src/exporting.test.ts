import { expect, test } from 'vitest';
import { offered, wrongWith } from './exporting';

test('the last thirty days are offered, as China counts them', () => {
  // 2026-01-31 00:30 in China, still the day before in Greenwich.
  expect(offered(Date.parse('2026-01-30T16:30:00Z'))).toEqual({ first: '2026-01-02', last: '2026-01-31' });
});

test('days are in order, of a year at most, and days', () => {
  const wrong = (first: string, last: string) => wrongWith({ first, last });
  expect(wrong('2026-01-01', '2026-01-01')).toBeNull();
  expect(wrong('2024-01-01', '2024-12-31'), '366 days').toBeNull();
  expect(wrong('2025-01-01', '2026-01-02'), '367 days').toBe('export.span');
  expect(wrong('2026-01-02', '2026-01-01')).toBe('export.order');
  for (const day of ['', '2026-1-1', '2026-13-01', 'today']) {
    expect(wrong(day, '2026-01-01'), day).toBe('export.no_day');
    expect(wrong('2026-01-01', day), day).toBe('export.no_day');
  }
});
