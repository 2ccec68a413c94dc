import type { Limit } from '@kit/api/shapes';
import { expect, test } from 'vitest';
import { fullOf, grouped, WHOLE } from './limits';

test('a bar is full as its limit is used', () => {
  expect(fullOf({ used: '0.00', most: '500.00' })).toBe(0);
  expect(fullOf({ used: '250.00', most: '500.00' })).toBe(WHOLE / 2);
  expect(fullOf({ used: '0.01', most: '200000.00' }), 'a fen is seen').toBe(10);
  expect(fullOf({ used: '600.00', most: '500.00' }), 'never more than full').toBe(WHOLE);
  expect(fullOf({ used: '0.00', most: '0.00' }), 'nothing may be used').toBe(WHOLE);
});

const limit = (kind: Limit['kind'], period: Limit['period'], no?: string): Limit => ({
  kind,
  period,
  most: '1.00',
  used: '0.00',
  left: '1.00',
  card: no ? { no, bank: 'ICBC', last_four: '1234' } : null,
  begins_anew_at: null,
});

test('limits stand by kind and card, in the order they were told', () => {
  const told = [
    limit('transfer', 'day'),
    limit('static_code', 'day'),
    limit('static_code', 'day', '1'),
    limit('card', 'once', '1'),
    limit('card', 'day', '1'),
    limit('card', 'once', '2'),
  ];
  expect(grouped(told).map(({ kind, parts }) => [kind, parts.map(part => [part.card?.no, part.limits.length])])).toEqual([
    ['transfer', [[undefined, 1]]],
    ['static_code', [[undefined, 1], ['1', 1]]],
    ['card', [['1', 2], ['2', 1]]],
  ]);
});
