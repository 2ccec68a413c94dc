// What a notification tells, out of the parameters that it is sent with.
import { amountOf } from '@kit/money';

/** What was refunded of the order in all, where it tells of a refund; '' where it tells of one without the sum. */
export function refundIn(params: Record<string, unknown> | null): string | undefined {
  const { refund_fee: fee, out_biz_no: number } = params ?? {};
  const amount = typeof fee === 'string' ? amountOf(fee) : null;
  return amount ?? (typeof number === 'string' && number !== '' ? '' : undefined);
}
