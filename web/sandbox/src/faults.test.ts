import { expect, test } from 'vitest';
import { countOf, joined, namesOf, split } from './faults';

test('a fault is its name and its value', () => {
  expect(split('latency:200-2000')).toEqual({ name: 'latency', value: '200-2000' });
  expect(split('lost-answer')).toEqual({ name: 'lost-answer', value: '' });
  expect(joined({ name: 'latency', value: ' 5 ' })).toBe('latency:5');
  expect(joined({ name: 'rate-limit', value: '' })).toBe('rate-limit');
});

test('each name is offered once, with the first value', () => {
  expect(namesOf(['latency:3000', 'latency:200-2000', 'rate-limit'])).toEqual([
    { name: 'latency', value: '3000' },
    { name: 'rate-limit', value: '' },
  ]);
});

test('a count is whole and from one', () => {
  expect([countOf(''), countOf(' 3 '), countOf('0'), countOf('-1'), countOf('1.5')]).toEqual([undefined, 3, null, null, null]);
});
