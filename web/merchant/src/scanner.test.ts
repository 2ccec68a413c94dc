import { expect, test } from 'vitest';
import { Bursts, payCodeIn } from './scanner';

const CODE = '281234567890123456';

const press = (bursts: Bursts, keys: string, from: number, gap: number) =>
  [...keys, 'Enter'].map((key, place) => bursts.press(key, from + place * gap)).at(-1);

test('a burst that ends with Enter is a pay code', () => {
  const bursts = new Bursts();
  expect(press(bursts, CODE, 0, 8)).toEqual({ code: CODE });
  expect(press(bursts, CODE, 5_000, 30), 'and again').toEqual({ code: CODE });
});

test('what hands type is none, and neither is a burst of something else', () => {
  expect(press(new Bursts(), CODE, 0, 200)).toBe('none');
  expect(press(new Bursts(), '12', 0, 8)).toBe('none');
  expect(press(new Bursts(), '181234567890123456', 0, 8)).toBe('none');
  const bursts = new Bursts();
  [...CODE].forEach((digit, place) => bursts.press(digit, place * 8));
  expect(bursts.press('Enter', 5_000), 'an Enter much later is of hands').toBe('none');
});

test('digits that were typed before the burst do not belong to it', () => {
  const bursts = new Bursts();
  expect(bursts.press('3', 0)).toBe('begin');
  expect(bursts.press('2', 300)).toBe('begin');
  expect(press(bursts, CODE, 2_000, 8)).toEqual({ code: CODE });
});

test('a code is taken as phones show it', () => {
  expect(payCodeIn('2812 3456 7890 1234 56')).toBe(CODE);
  for (const none of ['', '123', '31'.padEnd(18, '0'), '28'.padEnd(15, '0'), '28'.padEnd(25, '0'), `${CODE}x`]) {
    expect(payCodeIn(none), none).toBeNull();
  }
});
