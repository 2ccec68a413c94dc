import { expect, test } from 'vitest';
import { heightIn, roundUp, scaleOf } from './chart';

test('a step is one that people count in', () => {
  for (const [value, step] of [
    [1n, 1n],
    [2n, 2n],
    [3n, 5n],
    [7n, 10n],
    [10n, 10n],
    [11n, 20n],
    [4_999n, 5_000n],
  ] as const) {
    expect(roundUp(value), String(value)).toBe(step);
  }
});

test('a scale holds every value and zero', () => {
  for (const values of [[], [0n], [7n], [1n, 999n], [-30n, 40n], [-5n], [9_007_199_254_740_993n, 1n]]) {
    const { low, high, steps } = scaleOf(values);
    expect(low <= 0n && high >= 0n && high > low).toBe(true);
    expect(values.every(one => low <= one && one <= high)).toBe(true);
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.length).toBeLessThan(9);
    expect(steps).toContain(0n);
  }
});

test('heights are shares of the chart', () => {
  const scale = scaleOf([0n, 100n]);
  expect(heightIn(scale, scale.low, 80)).toBe(0);
  expect(heightIn(scale, scale.high, 80)).toBe(80);
  expect(heightIn(scale, (scale.high + scale.low) / 2n, 80)).toBe(40);
});
