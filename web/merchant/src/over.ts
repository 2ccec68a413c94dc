// An order that is over already, under the key of what was asked for: it was paid or closed meanwhile. That is no
// refusal: what came of the order is told, and where it is.
import { asProblem } from '@kit/problem';
import { ORDER_STATES, type OrderState } from './calls';

/** The order that is over. Its number is missing where the platform could not look. */
export interface Over {
  no: string | null;
  state: Exclude<OrderState, 'waiting'>;
}

const OVER = ORDER_STATES.filter(state => state !== 'waiting');
const BY_CODE: Record<string, Over['state']> = { already_paid: 'paid', already_closed: 'closed' };

/** The order that stands in the way of a wish, or null when something else does. */
export function overOf(thrown: unknown): Over | null {
  const { code, facts } = asProblem(thrown);
  const byCode = BY_CODE[code];
  if (byCode === undefined) {
    return null;
  }
  const state = OVER.find(one => one === facts.order?.state) ?? byCode;
  return { no: facts.order?.no ?? null, state };
}
