import { afterEach, expect, test } from 'vitest';
import { forgetKept } from '@kit/kept';
import { keepSeen, newOf, seenBy } from './seen';

const [third, second, first] = [3, 2, 1].map(day => ({ id: `${day}`, at: `2026-11-0${day}T10:00:00+08:00` })) as [
  { id: string; at: string },
  { id: string; at: string },
  { id: string; at: string },
];
const all = [third, second, first];

afterEach(forgetKept);

test('what stands before the newest that was shown is new', () => {
  expect([...newOf(all, null)]).toEqual(['3', '2', '1']);
  expect([...newOf(all, second)]).toEqual(['3']);
  expect([...newOf(all, third)]).toEqual([]);
  const twin = { id: '2b', at: second.at };
  expect([...newOf([third, twin, second, first], second)], 'of the same moment').toEqual(['3', '2b']);
});

test('one that is gone from the list was where its moment is', () => {
  expect([...newOf([third, first], second)]).toEqual(['3']);
});

test('it is kept for one session, and forgotten with it', () => {
  keepSeen('a', third);
  expect(seenBy('a')).toEqual(third);
  expect(seenBy('b'), 'another session was shown nothing').toBeNull();
  forgetKept();
  expect(seenBy('a')).toBeNull();
  localStorage.setItem('tongbao-wallet-notices', '{');
  expect(seenBy('a'), 'what cannot be read is nothing').toBeNull();
});
