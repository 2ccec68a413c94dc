// Where paying an order stands on its screen, and what a look makes of that. Nothing here is told as "not paid" before
// it is sure.
import type { Order } from '@kit/api/shapes';
import { lastTryOf, type LastTry, type Standing } from './paying';
import type { Words } from './words/zh';

/** Where paying stands. `sent` is with the bank, `unknown` got no answer, `refused` was refused by the bank, `unpaid`
 *  is open after an answer was lost. */
export type Stage = 'open' | 'sent' | 'paid' | 'refunded' | 'closed' | 'unknown' | 'refused' | 'unpaid';

/** How often what got no answer is seen undone before that is said: the call may still be on its way. */
export const LOOKS = 3;

/** What the state of an order is on the screen. */
const STAGES: Record<Order['state'], Stage> = {
  open: 'open',
  paying: 'sent',
  paid: 'paid',
  refunded: 'refunded',
  closed: 'closed',
};

/** What the screen says: a stage, and the last payment by card that is known of. */
export interface Now {
  stage: Stage;
  lastTry: LastTry | null;
}

/** What the answer to a payment, or to revoking one, is on the screen. */
export const toldBy = ({ state, lastTry }: Standing): Now => ({ stage: STAGES[state], lastTry });

/** What an order is on the screen. */
export const shown = (order: Order): Now => toldBy({ state: order.state, lastTry: lastTryOf(order) });

/** What a look makes of a screen that waits; `seenOpen` is how often the order was seen open in a row, with this look.
 *  `open` means that the order is to be read anew, which says what there is to be said. */
export function after(now: Now, { state, lastTry }: Standing, seenOpen: number): Stage {
  if (state !== 'open') {
    return STAGES[state];
  }
  const isSameTry = lastTry?.no === now.lastTry?.no;
  if (now.stage === 'unknown' && isSameTry) {
    return seenOpen < LOOKS ? 'unknown' : 'unpaid';
  }
  // The bank was asked by the call that got no answer, or was known to be asked; other tries are not of this screen.
  const isOwnTry = isSameTry === (now.stage === 'sent');
  return isOwnTry && lastTry?.state === 'failed' ? 'refused' : 'open';
}

/** What became of the money of the last payment by card. That none was taken is sure only where no card was ever asked:
 *  a card before the last one may still be on its way back. */
export function moneyWord(lastTry: LastTry | null): keyof Words {
  switch (lastTry?.state) {
    case 'failed':
    case 'closed':
    case 'returning':
    case 'returned':
    case 'credited':
      return `pay.try.${lastTry.state}`;
    default:
      return lastTry ? 'pay.try.late' : 'pay.try.none';
  }
}

/** What whoever sees the order is to know of its last payment by card; nothing when it says no more than the order. */
export function tryWord(lastTry: LastTry | null): keyof Words | null {
  switch (lastTry?.state) {
    case 'failed':
      return 'pay.try.failed';
    case 'closing':
      return 'pay.try.late';
    case 'closed':
    case 'returning':
    case 'returned':
    case 'credited':
      return `pay.try.${lastTry.state}`;
    default:
      return null;
  }
}
