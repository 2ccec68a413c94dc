// Paying an order: what is sent, and how it stands. Amount and last try by card go back as they were shown, so that
// nothing is paid that somebody did not see, and nothing twice.
import { api, told } from '@kit/api/client';
import type { BankOrder, Order, Payment, Pocket } from '@kit/api/shapes';
import { proven } from '@kit/passkey';
import { asProblem, problemOf } from '@kit/problem';

/** How an order is named: by what was scanned, opened, pasted, or by its number. */
export interface Handed {
  qr_code?: string;
  order_url?: string;
  order_string?: string;
  trade_no?: string;
}

/** The last payment by card. */
export interface LastTry {
  /** Its bank order. */
  no: string;
  /** Where that stands; null when that is not told. */
  state: BankOrder['state'] | null;
  /** Why its bank refused it. */
  reason: string | null;
}

/** Where the payment of an order stands. */
export interface Standing {
  state: Order['state'];
  lastTry: LastTry | null;
}

/** An order as it was shown, and how it was named. */
export interface Shown {
  order: Order;
  handed: Handed;
}

/** What a pocket is called in a call. */
const pocketOf = (pocket: Pocket) => (pocket.kind === 'card' ? pocket.card.no : 'balance');

/** What the platform wants the order to be named by; what named it to us, when it says nothing. */
const named = ({ order, handed }: Shown): Handed => (order as { pay_with?: Handed }).pay_with ?? handed;

/** An order as it was shown, for a call that pays it. */
const asShown = (shown: Shown) => ({
  ...named(shown),
  amount: shown.order.amount,
  last_try: shown.order.last_try ?? null,
});

/** The last payment by card, as an order or a payment tells it. */
export function lastTryOf(told: Pick<Order, 'last_try' | 'last_try_state' | 'last_try_reason'>): LastTry | null {
  const { last_try: no, last_try_state: state = null, last_try_reason: reason = null } = told;
  return no ? { no, state, reason } : null;
}

/** The states of a payment in the words of orders. */
const STATES: Record<Payment['state'], Order['state']> = {
  open: 'open',
  under_way: 'paying',
  paid: 'paid',
  refunded: 'refunded',
  closed: 'closed',
};

/** What the API says of a payment. What says no state that there is was not said by the API, and nothing is known. */
function standingOf(payment: Payment): Standing {
  const state: Order['state'] | undefined = STATES[payment.state];
  if (state === undefined) {
    throw problemOf(200, payment);
  }
  return { state, lastTry: lastTryOf(payment) };
}

/** Pays with the payment password. */
export async function payByPassword(shown: Shown, pocket: Pocket, password: string): Promise<Standing> {
  const body = { ...asShown(shown), pocket: pocketOf(pocket), pay_password: password };
  return standingOf(await told(api.POST('/me/payments', { body })));
}

/** Pays with a passkey, which confirms order, amount and pocket as they were shown. */
export async function payByPasskey(shown: Shown, pocket: Pocket): Promise<Standing> {
  const wish = { ...named(shown), pocket: pocketOf(pocket) };
  const options = await told(api.POST('/me/payments/options', { body: wish }));
  const body = { ...asShown(shown), ...(await proven(options)) };
  return standingOf(await told(api.POST('/me/payments', { body })));
}

/** Looks how it stands. An order that was never taken up is nobody's: then it was not paid here. Only the platform can
 *  say so: that somebody else does not find the address says nothing. */
export async function standing(tradeNo: string): Promise<Standing> {
  try {
    return standingOf(await told(api.GET('/me/payments/{trade_no}', { params: { path: { trade_no: tradeNo } } })));
  } catch (thrown) {
    if (asProblem(thrown).code === 'order_not_found') {
      return { state: 'open', lastTry: null };
    }
    throw thrown;
  }
}

/** Gives a payment by card up, so that the order is free for another way. */
export async function revoke(tradeNo: string, bankOrder: string): Promise<Standing> {
  const path = { params: { path: { trade_no: tradeNo } }, body: { bank_order: bankOrder } };
  return standingOf(await told(api.POST('/me/payments/{trade_no}/revoke', path)));
}
