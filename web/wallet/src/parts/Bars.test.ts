import { expect, test } from 'vitest';
import { heightOf } from './Bars';

test('a bar is its share of the largest, and seen when there is anything', () => {
  expect(heightOf('100.00', 10_000n)).toBe(108);
  expect(heightOf('50.00', 10_000n)).toBe(54);
  expect(heightOf('0.01', 10_000_000n)).toBe(2);
  expect(heightOf('0.00', 10_000n)).toBe(0);
  expect(heightOf('0.00', 0n)).toBe(0);
  expect(heightOf('nothing', 10_000n)).toBe(0);
});
