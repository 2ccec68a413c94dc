// Codes on counters in the mock. The token says all in clear here; nobody vouches for it.
import { fen, No, number, once, yuan } from './world.mjs';

/** What one pocket pays on a day by counter codes, at most. */
const MOST = 500_00n;
const TOKEN = /^[\w-]+\.mock$/;

export const counterToken = said => `${Buffer.from(JSON.stringify(said)).toString('base64url')}.mock`;
export const counterText = (root, token) => `${root}app/wallet/#/shop?c=${token}`;
/** The same in a form that looks like that of EMVCo. */
export const counterEmv = token =>
  `00020101021126${token.length + 19}0011com.tongbao01${token.length}${token}5204000053031565802CN6304ABCD`;

/** The token in a text; undefined where it is none of a counter. */
export const counterIn = text =>
  (/#\/shop\?c=(.*)$/.exec(text) ?? /com\.tongbao01\d{2,3}([\w-]+\.mock)5204/.exec(text))?.[1];

function read(token) {
  if (!TOKEN.test(token)) {
    throw new No(404, 'code_unknown', 'this is no code of this platform');
  }
  return JSON.parse(Buffer.from(token.split('.')[0], 'base64url').toString());
}

const used = (world, pocket) => (world.printed ??= new Map()).get(pocket) ?? 0n;

/** What a pocket has paid today by counter codes, and may still pay. */
export const printedOf = (world, pocket) => ({
  most: yuan(MOST),
  used: yuan(used(world, pocket)),
  left: yuan(MOST - used(world, pocket)),
});

/** Refuses what a pocket may not pay any more today by counter codes. */
export function hasRoom(world, order, pocket) {
  if (order.isPrinted && fen(order.amount) > MOST - used(world, pocket)) {
    throw new No(409, 'static_limit', 'above what counter codes allow on a day');
  }
}

/** A pocket has paid. */
export function countPrinted(world, { isPrinted, amount }, pocket) {
  if (isPrinted) {
    world.printed.set(pocket, used(world, pocket) + fen(amount));
  }
}

export function shopOfCode(world, token) {
  const { name, store_name = null } = read(token);
  const { most, left } = printedOf(world, 'balance');
  return { kind: 'shop', shop: { token, name, store_name, most, left } };
}

/** The order of whoever scanned the code. `told` shows it. */
export function shopOrder(world, body, key, told) {
  const { name } = read(body.token);
  const made = once(world, key, body, () => {
    if (fen(body.amount) <= 0n) {
      throw new No(400, 'bad_amount', 'above zero');
    }
    const left = [yuan(MOST - used(world, 'balance'))].concat(
      world.cards.filter(one => one.state === 'bound').map(one => printedOf(world, one.no).left),
    );
    const most = left.reduce((most, one) => (fen(one) > fen(most) ? one : most));
    if (fen(body.amount) > fen(most)) {
      throw new No(409, 'static_limit', `by counter codes ${most} yuan are left today`, { field: 'amount' });
    }
    const order = {
      code: `counter${world.orders.size}`,
      trade_no: number(),
      payee_name: name,
      subject: body.subject ?? name,
      amount: body.amount,
      state: 'open',
      tried: null,
      signs_agreement: false,
      isPrinted: true,
    };
    world.orders.set(order.trade_no, order);
    return told(world, { trade_no: order.trade_no });
  });
  // The order is told as it is, whether or not it was made before.
  delete made.replayed;
  return made;
}
