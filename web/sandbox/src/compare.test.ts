import { expect, test } from 'vitest';
import { bytesOf, compare, seen } from './compare';

const OURS = 'app_id=9021&biz_content={"auth_code":"***","subject":"a/b"}&charset=utf-8&timestamp=2026-01-02 03:04:05';
const THEIRS = OURS.replace('***', '281234567890123456');

test('what is not shown fits whatever stands in its place', () => {
  expect(compare(OURS, THEIRS)).toEqual({ isSame: true, difference: null, hint: null });
  expect(compare(OURS, OURS).isSame).toBe(true);
  expect(compare('a=***', 'a=anything').isSame).toBe(true);
  expect(compare('a=***&b=1', 'a=').isSame).toBe(false);
  expect(compare('', '').isSame).toBe(true);
});

test('the part that differs is found between what is alike', () => {
  const { difference } = compare(OURS, THEIRS.replace('a/b', String.raw`a\/b`));
  expect(difference).toMatchObject({ ours: '', theirs: '\\' });
  expect(difference?.before.endsWith('"subject":"a')).toBe(true);
  expect(difference?.after.startsWith('/b"}')).toBe(true);
  const shorter = compare('a=1&b=2', 'a=1');
  expect(shorter.difference).toEqual({ before: 'a=1', ours: '&b=2', theirs: '', after: '', at: 4 });
  const longer = compare('a=1', 'a=1&b=2');
  expect(longer.difference).toEqual({ before: 'a=1', ours: '', theirs: '&b=2', after: '', at: 4 });
});

test('a difference that is known by its look is named', () => {
  for (const [theirs, hint] of [
    [`${THEIRS}\n`, 'line_end'],
    [THEIRS.split('&').map(pair => pair.replace(/=(.*)/, (_, value: string) => `=${encodeURIComponent(value)}`)).join('&'), 'escaped'],
    [THEIRS.split('&').toReversed().join('&'), 'order'],
    [THEIRS.replace('&timestamp', '&sign=abc&timestamp'), 'sign_in'],
    [THEIRS.replace('&timestamp', '&notify_url=&timestamp'), 'empty_in'],
    [THEIRS.replace('utf-8', 'UTF-8'), 'case'],
    [THEIRS.replace('a/b', 'c'), null],
  ] as const) {
    expect(compare(OURS, theirs), theirs).toMatchObject({ isSame: false, hint });
  }
});

test('blanks and line ends are seen', () => {
  expect(seen('a b\n')).toBe('a␣b⏎\n');
  expect(bytesOf('汉a')).toBe(4);
});
