import { expect, test } from 'vitest';
import { refundIn } from './tells';

test('a notification of a refund is told from one of a payment', () => {
  const paid = { trade_status: 'TRADE_SUCCESS', total_amount: '28.00' };
  expect(refundIn({ ...paid, out_biz_no: 'R1', refund_fee: '18.00' })).toBe('18.00');
  expect(refundIn({ ...paid, trade_status: 'TRADE_CLOSED', refund_fee: '28.00' })).toBe('28.00');
  expect(refundIn({ ...paid, out_biz_no: 'R1' })).toBe('');
  expect(refundIn(paid)).toBeUndefined();
  expect(refundIn({ ...paid, out_biz_no: '', refund_fee: 18 })).toBeUndefined();
  expect(refundIn(null)).toBeUndefined();
});
