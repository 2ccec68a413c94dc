// What the refunds of an order are called: by the number that somebody gave, or else by their order in time.
import { isDrawn } from '@kit/desk/Drawn';
import type { Refund } from './calls';

/** The place of a refund among those of its order, from 1; undefined where somebody gave it a number. */
export function placeOf(number: string, refunds: readonly Pick<Refund, 'refund_no' | 'at'>[]): number | undefined {
  if (!isDrawn(number)) {
    return undefined;
  }
  const inTime = refunds.toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  const place = inTime.findIndex(one => one.refund_no === number);
  return place < 0 ? undefined : place + 1;
}
