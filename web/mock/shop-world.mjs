// A merchant in memory, for writing and looking at screens: orders of a month, stores, staff, apps, notifications.
import { generateKeyPairSync } from 'node:crypto';
import { fen, masked, moment, number, yuan } from './world.mjs';

const DAY_MS = 86_400_000;
/** What the platform takes of a payment. */
const FEE_PPM = 6_000n;
export const SELLER = '2088102100000096';
export const OTHER_SELLER = '2088102100000104';

const ACTS = [
  'see_orders', 'see_takings', 'refund', 'take_payments', 'see_bills', 'see_apps', 'set_apps', 'see_staff', 'set_staff',
  'set_stores', 'leave',
];
/** What each role may do. */
export const ACTS_OF = {
  owner: ACTS,
  manager: ACTS.filter(act => !['set_apps', 'set_staff'].includes(act)),
  finance: ['see_orders', 'see_takings', 'refund', 'see_bills', 'leave'],
  till: ['see_orders', 'take_payments', 'leave'],
  developer: ['see_orders', 'see_apps', 'set_apps', 'leave'],
  viewer: ['see_orders', 'see_takings', 'leave'],
};

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\n';
const daysAgo = days => moment(Date.now() - days * DAY_MS);
export const dayOf = at => moment(at).slice(0, 10);
export const feeOf = amount => (fen(amount) * FEE_PPM + 500_000n) / 1_000_000n;
export const sum = amounts => yuan(amounts.reduce((all, one) => all + fen(one), 0n));

const GOODS = ['桂花乌龙', '燕麦拿铁', '牛肉面套餐', 'Flat white', '一份名字特别特别长的季节限定草莓奶油蛋糕礼盒装', 'Tea <b>&amp;</b> cake'];
const PRODUCTS = ['face_to_face', 'qr_code', 'mini_program', 'wap', 'page', 'app'];
const PAYERS = ['lil***@example.com', '138****0001', '139****8877', 'w***@example.org', '150****4321'];

/** A public key as the platform takes it: one line. */
export function newPublicKey() {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** An order with everything about it. */
export function newOrder(
  shop,
  { at = Date.now(), amount, subject, state = 'waiting', product = 'face_to_face', store = null },
) {
  const paidAt = state === 'waiting' || state === 'closed' ? null : at + 9_000;
  shop.count += 1;
  const isByCard = shop.count % 3 === 0;
  const order = {
    row: {
      trade_no: number(),
      out_trade_no: `T-${10_000 + shop.count}`,
      subject,
      amount,
      refunded: '0.00',
      state,
      product,
      payer: paidAt ? PAYERS[shop.count % PAYERS.length] : null,
      opened_at: moment(at),
      paid_at: paidAt && moment(paidAt),
      store_id: store?.store_id ?? null,
      store_name: store?.store_name ?? null,
    },
    at,
    paidAt,
    expiresAt: at + 2 * 3_600_000,
    closedAt: state === 'closed' ? at + 3_600_000 : null,
    method: paidAt ? { kind: isByCard ? 'debit_card' : 'balance', bank: isByCard ? 'ICBC' : null } : null,
    refunds: [],
    notices: [],
  };
  shop.orders.unshift(order);
  return order;
}

/** Gives a part of an order back. */
export function refundOf(order, amount, reason, at = Date.now()) {
  const refund = {
    refund_no: `R${order.row.trade_no.slice(-6)}${order.refunds.length + 1}`,
    amount,
    fee_back: yuan(feeOf(amount)),
    state: 'done',
    reason,
    by_cancel: false,
    at: moment(at),
  };
  order.refunds.push(refund);
  order.row.refunded = sum(order.refunds.map(one => one.amount));
  if (order.row.refunded === order.row.amount) {
    order.row.state = 'refunded';
  }
  return refund;
}

export const refundable = ({ row }) =>
  row.state === 'paid' ? yuan(fen(row.amount) - fen(row.refunded)) : '0.00';

function notify(order, event, at, state, attempts) {
  order.notices.push({
    notify_id: number(),
    app_id: '2021000000000001',
    trade_no: order.row.trade_no,
    event,
    trade_status: event === 'paid' ? 'TRADE_SUCCESS' : null,
    url: 'https://shop.example.com/notify',
    state,
    attempts,
    happened_at: moment(at),
    next_attempt_at: state === 'due' ? moment(Date.now() + 600_000) : null,
    last_error: state === 'delivered' ? null : 'HTTP 502',
  });
}

/** A key of an app, some days old. */
export const newKey = (key_number, state, days = 0, public_key = newPublicKey()) => ({
  number: key_number,
  state,
  active: state !== 'retired',
  public_key,
  certificate: null,
  cert_sn: null,
  added_at: moment(Date.now() - days * DAY_MS),
  not_after: null,
  retired_at: null,
});

const appFacts = mode => ({
  mode,
  status: 'online',
  sign_type: 'RSA2',
  opened_at: moment(Date.now() - 80 * DAY_MS),
});

/** A shop that has been open for a month. */
export function newShop(role = 'owner') {
  const stores = [
    { store_id: 'S1', store_name: '东门店', opened_at: daysAgo(90), closed_at: null },
    { store_id: 'S2', store_name: '大学城店', opened_at: daysAgo(40), closed_at: null },
    { store_id: 'S0', store_name: '老店', opened_at: daysAgo(400), closed_at: daysAgo(60) },
  ];
  const shop = {
    role,
    acts: [],
    count: 0,
    orders: [],
    keys: new Map(),
    stores,
    staff: [
      { user_id: '2088102100000013', name: '*三', login: '138****8000', role: 'owner', since: daysAgo(90) },
      { user_id: '2088102100000021', name: '*莉', login: 'lil***@example.com', role: 'till', since: daysAgo(30) },
      { user_id: '2088102100000039', name: '*发', login: 'dev***@example.com', role: 'developer', since: daysAgo(9) },
    ],
    apps: [
      {
        app_id: '2021000000000001',
        ...appFacts('key'),
        keys: [newKey(1, 'current', 80), newKey(2, 'second', 1)],
        gateway_url: 'http://127.0.0.1:8080/gateway.do',
        platform_public_key: newPublicKey(),
        certificates: null,
      },
      {
        app_id: '2021000000000002',
        ...appFacts('cert'),
        keys: [newKey(1, 'current', 80)],
        gateway_url: 'http://127.0.0.1:8080/gateway.do',
        platform_public_key: newPublicKey(),
        certificates: { root: CERTIFICATE, platform: CERTIFICATE, app: CERTIFICATE },
      },
    ],
  };
  fill(shop, stores);
  return shop;
}

/** Orders of a month, more of them at noon and in the evening. */
function fill(shop, stores) {
  const begin = Date.now() - 30 * DAY_MS;
  for (let n = 0; n < 420; n += 1) {
    const hour = [8, 9, 11, 12, 12, 13, 15, 18, 18, 19, 20, 21][n % 12];
    const midnight = Date.parse(`${dayOf(begin + Math.floor(n / 14) * DAY_MS)}T00:00:00+08:00`);
    const at = midnight + hour * 3_600_000 + ((n * 7) % 60) * 60_000;
    if (at > Date.now() - 60_000) {
      continue;
    }
    const isOld = Date.now() - at > 20 * DAY_MS;
    const order = newOrder(shop, {
      at,
      amount: yuan(BigInt(900 + ((n * 733) % 6_000))),
      subject: GOODS[n % GOODS.length],
      state: n % 17 === 0 ? 'closed' : isOld && n % 5 === 0 ? 'finished' : 'paid',
      product: PRODUCTS[n % 7 < 4 ? 0 : n % PRODUCTS.length],
      store: stores[n % 3] && !stores[n % 3].closed_at ? stores[n % 3] : null,
    });
    if (order.paidAt) {
      const state = n % 23 === 0 ? 'given_up' : n % 19 === 0 ? 'due' : 'delivered';
      notify(order, 'paid', order.paidAt, state, state === 'given_up' ? 8 : 1);
    }
    if (order.row.state === 'paid' && n % 11 === 0) {
      refundOf(order, n % 22 === 0 ? order.row.amount : '2.00', n % 22 === 0 ? '不想要了' : '少一份', at + 1_800_000);
    }
  }
  for (const order of shop.orders.filter(one => one.refunds.length > 0).slice(0, 24).toReversed()) {
    const [{ refund_no, at }] = order.refunds;
    const member = shop.staff[shop.acts.length % 3];
    noteOf(shop, 'order.refund', `${order.row.trade_no} ${refund_no}`, { at, member });
  }
  noteOf(shop, 'staff.set', '2088102100000039 developer', { at: daysAgo(9) });
  noteOf(shop, 'app_key.add', '2021000000000001', { at: daysAgo(1), member: shop.staff[2] });
  newOrder(shop, { at: Date.now() - 120_000, amount: '32.00', subject: '午餐套餐', product: 'qr_code' });
}

/** Notes that somebody asked for something, before it is done. */
export function noteOf(shop, act, subject, { at = moment(), member = shop.staff[0] } = {}) {
  const { user_id, login } = member;
  shop.acts.unshift({ number: shop.acts.length + 1, at, user_id, login, act, subject });
}

/** What of an order a role is told. */
export function toldTo(role, details) {
  const may = act => ACTS_OF[role].includes(act);
  const seesSums = may('see_takings') || may('see_bills');
  const kinds = [seesSums ? '' : 'split', may('see_apps') ? '' : 'notice'];
  return {
    ...details,
    timeline: details.timeline.filter(event => !kinds.includes(event.kind)),
    ...(may('see_apps') ? {} : { notices: [] }),
    ...(seesSums
      ? {}
      : {
          fee: null,
          fee_returned: null,
          refunds: details.refunds.map(refund => ({ ...refund, fee_back: null })),
          splits: [],
          postings: [],
        }),
  };
}

/** Everything about an order, as the API tells it. */
export function detailsOf(order) {
  const { row, refunds, notices } = order;
  const left = refundable(order);
  const isWaiting = row.state === 'waiting';
  const event = (at, kind, more = {}) => ({ at, kind, amount: null, state: null, number: null, ...more });
  const line = (account, own, side, amount, after = null) => ({ account, own, side, amount, balance_after: after });
  const net = order.paidAt ? yuan(fen(row.amount) - feeOf(row.amount)) : null;
  return {
    order: row,
    body: null,
    app_id: '2021000000000001',
    terminal_id: row.product === 'face_to_face' ? 'POS-1' : null,
    operator_id: null,
    method: order.method,
    fee: order.paidAt ? yuan(feeOf(row.amount)) : '0.00',
    fee_returned: sum(refunds.map(one => one.fee_back)),
    refundable: left,
    can_refund: left !== '0.00',
    can_cancel: isWaiting,
    expires_at: moment(order.expiresAt),
    closed_at: order.closedAt && moment(order.closedAt),
    settled_with: null,
    qr_code: isWaiting && row.product === 'qr_code' ? `https://mock/qr/${row.trade_no}` : null,
    timeline: [
      event(row.opened_at, 'opened'),
      ...(order.paidAt ? [event(moment(order.at + 4_000), 'taken_up')] : []),
      ...(order.paidAt ? [event(row.paid_at, 'paid', { amount: row.amount })] : []),
      ...refunds.map(one => event(one.at, 'refund', { amount: one.amount, state: one.state, number: one.refund_no })),
      ...(order.closedAt ? [event(moment(order.closedAt), 'closed')] : []),
      ...notices.map(one => event(one.happened_at, 'notice', { state: one.state, number: one.notify_id })),
    ],
    refunds,
    refund_request: order.asked ?? null,
    splits: [],
    notices,
    postings: order.paidAt
      ? [
          {
            template: 'pay_in',
            at: row.paid_at,
            lines: [
              line('transit', false, 'debit', row.amount),
              line('balance', true, 'credit', net, '12845.66'),
              line('fee_income', false, 'credit', yuan(feeOf(row.amount))),
            ],
          },
          ...refunds.map(one => ({
            template: 'refund_out',
            at: one.at,
            lines: [
              line('balance', true, 'debit', one.amount, '12800.00'),
              line('transit', false, 'credit', one.amount),
            ],
          })),
        ]
      : [],
    is_whole: true,
  };
}

/** Figures of one China day. */
export function figuresOf(shop, day, until = Number.POSITIVE_INFINITY) {
  const opened = shop.orders.filter(order => dayOf(order.at) === day);
  const paid = shop.orders.filter(order => order.paidAt && order.paidAt < until && dayOf(order.paidAt) === day);
  const refunds = shop.orders.flatMap(order => order.refunds).filter(one => one.at.startsWith(day));
  const takings = sum(paid.map(order => order.row.amount));
  const refunded = sum(refunds.map(one => one.amount));
  const paidOfOpened = opened.filter(order => order.paidAt).length;
  const payers = new Set(paid.map(order => order.row.payer)).size;
  const net = fen(takings) - fen(refunded);
  return {
    day,
    takings,
    payments: paid.length,
    opened: opened.length,
    paid_of_opened: paidOfOpened,
    success_rate_bp: opened.length ? Math.floor((paidOfOpened * 10_000) / opened.length) : null,
    refunded,
    refunds: refunds.length,
    net: net < 0n ? `-${yuan(-net)}` : yuan(net),
    average_ticket: paid.length ? yuan(fen(takings) / BigInt(paid.length)) : null,
    payers,
    new_payers: Math.min(1, payers),
    returning_payers: Math.max(0, payers - 1),
    hours: Array.from({ length: 24 }, (_, hour) => {
      const then = paid.filter(order => Number(moment(order.paidAt).slice(11, 13)) === hour);
      return { hour, takings: sum(then.map(order => order.row.amount)), payments: then.length };
    }),
  };
}

export const loginOf = text => masked(text);
