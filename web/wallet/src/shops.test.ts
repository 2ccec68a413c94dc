import { expect, test } from 'vitest';
import { leftIn, roomFor, shopTextOf } from './shops';

const day = { most: '500.00', left: '20.00' };

test('an amount fits, or a card has to pay it, or nothing may', () => {
  expect(roomFor(null, day)).toBe('fits');
  expect(roomFor('20.00', day)).toBe('fits');
  expect(roomFor('20.01', day)).toBe('card');
  expect(roomFor('500.00', day)).toBe('card');
  expect(roomFor('500.01', day)).toBe('none');
});

test('what is left is read from the refusal alone that tells it', () => {
  const detail = 'by counter codes 7.50 yuan are left today';
  expect(leftIn({ code: 'static_limit', detail })).toBe('7.50');
  expect(leftIn({ code: 'static_limit', detail: 'too much' })).toBeNull();
  expect(leftIn({ code: 'bad_amount', detail })).toBeNull();
});

test('a code is asked for by the address that it says', () => {
  expect(shopTextOf({ origin: 'https://pay.test', root: '/t' }, 'a.b')).toBe(
    'https://pay.test/t/app/wallet/#/shop?c=a.b',
  );
});
