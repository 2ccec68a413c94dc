import { isDrawn, shortOf } from '@kit/desk/Drawn';
import { expect, test } from 'vitest';
import { placeOf } from './refunds';

const DRAWN = 'api.shop_refund.5b1f00c2a9d84e7f';

test('a number that the platform drew is told from one that somebody gave', () => {
  expect([DRAWN, 'R-1', 'apimatic.1', 'api.x'].map(isDrawn)).toEqual([true, false, false, false]);
  expect(shortOf(DRAWN)).toBe('5b1f00…');
});

test('a refund with such a number is called by its place in time', () => {
  const refunds = [
    { refund_no: 'api.shop_refund.b', at: '2026-11-30T12:00:02+08:00' },
    { refund_no: 'R-1', at: '2026-11-30T12:00:01+08:00' },
    { refund_no: DRAWN, at: '2026-11-30T12:00:00+08:00' },
  ];
  expect(refunds.map(one => placeOf(one.refund_no, refunds))).toEqual([3, undefined, 1]);
  expect(placeOf('api.shop_refund.other', refunds)).toBeUndefined();
});
