// The calls of the merchant's side, answered by the mock: method, path, whether anybody may ask, and what it does. A
// pay code that ends in 1 waits for its payer, in 2 has no money, in 3 gets no answer the first time; in 4 its order is
// paid already, in 5 closed already.
import {
  ACTS_OF, dayOf, detailsOf, feeOf, figuresOf, newOrder, newShop, noteOf, OTHER_SELLER, refundable, refundOf, SELLER,
  toldTo,
} from './shop-world.mjs';
import { counterEmv, counterText, counterToken } from './counter.mjs';
import { pageOf, SETTINGS } from './seller-settings.mjs';
import { squares } from './deals.mjs';
import { fen, FILE, moment, No, once, yuan } from './world.mjs';

const DAY_MS = 86_400_000;
const NAMES = { [SELLER]: '咖啡与面包', [OTHER_SELLER]: 'Corner Bookshop' };
/** How long a payer thinks. */
const PAYER_MS = 6_000;

/** A shop where one buyer asks for its money. */
function askedFor(shop) {
  const order = shop.orders.find(({ row }) => row.state === 'paid' && row.refunded === '0.00');
  if (order) {
    order.asked = { state: 'open', asking: 1, reason: '少了一份', asked_at: moment(), answer: null, answered_at: null };
  }
  return shop;
}

/** The two merchants: one with a past, one where the same person is at the till. */
const shopsOf = world => (world.shops ??= new Map([[SELLER, askedFor(newShop())], [OTHER_SELLER, newShop('till')]]));

function shopOf(world, seller) {
  const shop = shopsOf(world).get(seller);
  if (!shop || shop.role === null) {
    throw new No(404, 'seller_not_found', 'there is no such seller');
  }
  return shop;
}

const orderOf = (shop, no) => {
  const order = shop.orders.find(one => one.row.trade_no === no);
  if (!order) {
    throw new No(404, 'order_not_found', 'there is no such order');
  }
  if (order.paysAt && order.paysAt < Date.now() && order.row.state === 'waiting') {
    Object.assign(order, { paidAt: order.paysAt, method: { kind: 'balance', bank: null } });
    Object.assign(order.row, { state: 'paid', paid_at: moment(order.paysAt), payer: '138****0001' });
  }
  return order;
};

function bill(shop, day) {
  const { takings, payments, refunded, refunds } = figuresOf(shop, day);
  const [fee, back] = [feeOf(takings), feeOf(refunded)];
  const net = fen(takings) - fen(refunded) - fee + back;
  const isUnder = Number(day.slice(8)) % 13 === 0;
  const isTooMuch = Number(day.slice(8)) % 13 === 1;
  if (isUnder || isTooMuch) {
    const none = { sales: null, takings: null, refunds: null, refunded: null, fee: null, fee_back: null };
    return { day, unsettled: isUnder, too_many_rows: isTooMuch, ...none, split: null, net: null };
  }
  return {
    day,
    unsettled: false,
    too_many_rows: false,
    sales: payments,
    takings,
    refunds,
    refunded,
    fee: yuan(fee),
    fee_back: yuan(back),
    split: '0.00',
    net: net < 0n ? `-${yuan(-net)}` : yuan(net),
  };
}

function charge(world, shop, { pay_code, amount, subject, store_id }, key) {
  if (!/^(2[5-9]|30)\d{14,22}$/.test(pay_code)) {
    throw new No(400, 'bad_pay_code', 'this is no pay code');
  }
  if (fen(amount) <= 0n) {
    throw new No(400, 'bad_amount', 'above zero');
  }
  if (pay_code.endsWith('2')) {
    throw new No(409, 'balance_too_low', 'the balance is too low');
  }
  const over = { 4: 'paid', 5: 'closed' }[pay_code.at(-1)];
  if (over) {
    const { trade_no, state } = newOrder(shop, { amount, subject, state: over }).row;
    throw new No(409, `already_${over}`, `the order is ${over} already`, { trade_no, state });
  }
  const isLost = pay_code.endsWith('3') && !shop.keys.has(key);
  const made = once({ keys: shop.keys }, key, { amount, subject, store_id }, () => {
    const store = shop.stores.find(one => one.store_id === store_id);
    const isWaiting = pay_code.endsWith('1');
    const order = newOrder(shop, { amount, subject, state: isWaiting ? 'waiting' : 'paid', store });
    order.paysAt = isWaiting ? Date.now() + PAYER_MS : null;
    noteOf(shop, 'till.charge', order.row.out_trade_no);
    return { outcome: isWaiting ? 'waiting' : 'paid', order: order.row };
  });
  if (isLost) {
    throw new No(504, 'unknown', 'the outcome is not known');
  }
  return made;
}

const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21" shape-rendering="crispEdges">' +
  '<path fill="#fff" d="M0 0h21v21H0z"/>' +
  '<path d="M1 1h6v6H1zM14 1h6v6h-6zM1 14h6v6H1zM9 2h2v2H9zM9 6h3v1H9zM2 9h2v2H2zM6 9h1v3H6zM9 9h3v3H9z' +
  'M14 9h1v2h-1zM17 9h3v1h-3zM9 14h1v4H9zM12 14h2v2h-2zM16 14h2v2h-2zM14 18h3v2h-3zM19 17h1v3h-1z"/>' +
  '<path fill="#fff" d="M2 2h4v4H2zM15 2h4v4h-4zM2 15h4v4H2z"/><path d="M3 3h2v2H3zM16 3h2v2h-2zM3 16h2v2H3z"/></svg>';

const AT = '/sellers/{seller}';

/** Calls of one merchant: the shop stands first, then what was asked. */
const ofShop = calls =>
  calls.map(([method, path, act]) => [
    method,
    `${AT}${path}`,
    false,
    (world, asked) => act(shopOf(world, asked.path.seller), asked, world),
  ]);

const orders = [
  [
    'GET',
    '/dashboard',
    (shop, { query }) => {
      const day = query.get('day') ?? dayOf(Date.now());
      if (day > dayOf(Date.now())) {
        throw new No(400, 'bad_day', 'after today');
      }
      const before = dayOf(Date.parse(`${day}T12:00:00+08:00`) - 7 * DAY_MS);
      const { takings, payments } = figuresOf(shop, before, Date.now() - 7 * DAY_MS);
      return {
        day,
        as_of: moment(),
        is_today: day === dayOf(Date.now()),
        today: figuresOf(shop, day),
        week_ago: figuresOf(shop, before),
        week_ago_until_now: { takings, payments },
        repurchase: { days: 30, payers: 200, payers_again: 62, rate_bp: 3_100 },
        is_whole: true,
        orders_read_max: 50_000,
      };
    },
  ],
  [
    'GET',
    '/orders',
    (shop, { query }) => {
      const is = (name, test) => order => !query.get(name) || test(order, query.get(name));
      const rows = shop.orders
        .filter(is('state', (order, state) => order.row.state === state))
        .filter(is('from', (order, day) => dayOf(order.at) >= day))
        .filter(is('to', (order, day) => dayOf(order.at) <= day))
        .filter(is('find', ({ row }, no) => [row.trade_no, row.out_trade_no].includes(no)))
        .filter(is('words', ({ row }, words) => row.subject.toLowerCase().includes(words.trim().toLowerCase())))
        .toSorted((a, b) => b.at - a.at)
        .map(order => order.row);
      return { ...pageOf(rows, query, 'orders'), is_whole: true };
    },
  ],
  ['GET', '/orders/{no}', (shop, { path }) => toldTo(shop.role, detailsOf(orderOf(shop, path.no)))],
  [
    'POST',
    '/orders/{no}/refunds',
    (shop, { path, body, key }) =>
      once({ keys: shop.keys }, key, { no: path.no, ...body }, () => {
        const order = orderOf(shop, path.no);
        if (body.refundable !== refundable(order)) {
          throw new No(409, 'changed', 'something else was refunded meanwhile');
        }
        if (fen(body.amount) > fen(refundable(order)) || fen(body.amount) <= 0n) {
          throw new No(409, 'more_than_left', 'that is more than is left');
        }
        const refund = refundOf(order, body.amount, body.reason ?? null);
        noteOf(shop, 'order.refund', `${path.no} ${refund.refund_no}`);
        return { refund, refundable: refundable(order) };
      }),
  ],
  [
    'POST',
    '/orders/{no}/cancel',
    (shop, { path }) => {
      const order = orderOf(shop, path.no);
      if (order.row.state === 'paid') {
        throw new No(409, 'already_paid', 'it is paid');
      }
      noteOf(shop, 'order.cancel', path.no);
      order.row.state = 'closed';
      order.closedAt ??= Date.now();
      return { order: order.row };
    },
  ],
  [
    'GET',
    '/refund-requests',
    (shop, { query }) => {
      const waiting = shop.orders.filter(order => order.asked?.state === 'open');
      const rows = waiting.map(order => ({ order: order.row, request: order.asked }));
      return pageOf(rows, query, 'requests');
    },
  ],
  [
    'POST',
    '/orders/{no}/refund-request/refusal',
    (shop, { path, body }) => {
      const order = orderOf(shop, path.no);
      if (order.asked?.state !== 'open' || order.asked.asking !== body.asking) {
        throw new No(409, 'request_changed', 'it was answered meanwhile');
      }
      noteOf(shop, 'order.refuse_refund', path.no);
      order.asked = { ...order.asked, state: 'refused', answer: body.reason, answered_at: moment() };
      return { request: order.asked };
    },
  ],
  ['POST', '/till', (shop, { body, key }, world) => charge(world, shop, body, key)],
  [
    'POST',
    '/codes',
    (shop, { body, key }) =>
      once({ keys: shop.keys }, key, body, () => {
        const store = shop.stores.find(one => one.store_id === body.store_id);
        const wish = { ...body, amount: yuan(fen(body.amount)), product: 'qr_code', store };
        const { row, expiresAt } = newOrder(shop, wish);
        const { trade_no, amount, subject } = row;
        noteOf(shop, 'code.draw', row.out_trade_no);
        const expires_at = moment(expiresAt);
        return { trade_no, text: `https://mock/qr/${trade_no}`, qr_svg: QR, amount, subject, expires_at };
      }),
  ],
];

const counter = [
  'GET',
  '/counter-code',
  (shop, { query, path, root }) => {
    const [id, name] = [query.get('store_id'), NAMES[path.seller]];
    const store = shop.stores.find(one => one.store_id === id && one.closed_at === null);
    if (id && !store) {
      throw new No(404, 'store_not_found', 'the merchant has no open store of this number');
    }
    const store_name = store?.store_name ?? null;
    const token = counterToken({ name, store_name });
    const [text, emv_text] = [counterText(root, token), counterEmv(token)];
    return { text, qr_svg: QR, emv_text, emv_qr_svg: squares(33, 33, 7), name, store_id: id, store_name };
  },
];

const bills = [
  [
    'GET',
    '/bills',
    (shop, { query }) => {
      const days = Array.from({ length: 30 }, (_, n) => dayOf(Date.now() - (n + 1) * DAY_MS));
      const from = query.get('before') ? days.indexOf(query.get('before')) + 1 : 0;
      const shown = days.slice(from, from + Number(query.get('limit') ?? 7));
      return { days: shown.map(day => bill(shop, day)), next: shown.at(-1) === days.at(-1) ? null : shown.at(-1) };
    },
  ],
  [
    'GET',
    '/bills/{day}',
    (_, { path, query }) => {
      const kind = query.get('kind') ?? 'trade';
      const name = `${SELLER}_${path.day}_${kind}.zip`;
      return { [FILE]: { kind: 'application/zip', name, bytes: Buffer.from('PK\u0005\u0006') } };
    },
  ],
  [
    'GET',
    '/settlements',
    shop => {
      const of = n => {
        const { day, sales, takings, refunded, fee, fee_back, net } = bill(shop, dayOf(Date.now() - n * DAY_MS));
        const due = moment(Date.now() - (n - 1) * DAY_MS);
        const when = { due_at: due, settled_at: n > 1 ? due : null };
        return { day, currency: 'CNY', sales, gross: takings, fee, refunded, fee_back, net, ...when };
      };
      return { settlements: [1, 2, 3, 4].map(of).filter(one => one.gross !== null), next: null };
    },
  ],
];

export const SELLERS = [
  [
    'GET',
    '/sellers',
    false,
    world => {
      const places = [...shopsOf(world)].filter(([, { role }]) => role !== null);
      const told = ([seller_id, { role }]) => ({ seller_id, name: NAMES[seller_id], role, acts: ACTS_OF[role] });
      return { sellers: places.map(told), next: null };
    },
  ],
  ...ofShop([...orders, counter, ...bills, ...SETTINGS]),
];
