// Refusals of split settlement: receivers, splits and their queries.
import { newNumber } from './refusals.mjs';
import { waiting } from './refusals-trades.mjs';

const SETTLE = 'alipay.trade.order.settle';
const BIND = 'alipay.trade.royalty.relation.bind';
const UNBIND = 'alipay.trade.royalty.relation.unbind';
const SPLIT_QUERY = 'alipay.trade.order.settle.query';
const LEFT_QUERY = 'alipay.trade.order.onsettle.query';
const NOBODYS = '2026010222001400000000000742';
/** The most receivers of one merchant, of one request, and splits of one order. */
const RECEIVERS_MAX = 200;
const AT_ONCE_MAX = 20;
const SPLITS_MAX = 128;

const named = party => ({ type: 'userId', account: party.userId });
export const binding = (...list) => ({ out_request_no: newNumber(), receiver_list: list });
export const settling = (tradeNo, parts, more = {}) =>
  ({ out_request_no: newNumber(), trade_no: tradeNo, royalty_parameters: parts, ...more });
export const part = (to, amount, more = {}) => ({ trans_in: to.userId, amount, ...more });

/** A shop with a bound receiver and a paid order of 10.00. */
export async function ready(g, more = {}) {
  const [shop, receiver] = [await g.shop(), await g.buyer('1.00')];
  await g.must(shop, BIND, binding(named(receiver)));
  const { tradeNo, buyer } = await g.paid(shop, more);
  return { shop, receiver, tradeNo, buyer };
}

/** The rows of a split that is refused for what it asks. */
const asking = parts => async g => {
  const at = await ready(g);
  return [at.shop, settling(at.tradeNo, await parts(at, g))];
};

const SETTLING = {
  'ACQ.INVALID_PARAMETER': asking(() => []),
  'ACQ.TRADE_NOT_EXIST': async g => [g.house, settling(NOBODYS, [part({ userId: g.house.sellerId }, '1.00')])],
  'ACQ.DISCORDANT_REPEAT_REQUEST': async g => {
    const { shop, receiver, tradeNo } = await ready(g);
    const asked = settling(tradeNo, [part(receiver, '1.00')]);
    await g.must(shop, SETTLE, asked);
    return [shop, { ...asked, royalty_parameters: [part(receiver, '1.01')] }];
  },
  'ACQ.TRADE_STATUS_ERROR': async g => {
    const { tradeNo, buyer } = await waiting(g);
    return [g.house, settling(tradeNo, [part(buyer, '1.00')])];
  },
  'ACQ.ALLOC_REFUSE_BEFORE_SETTLE': async g => {
    const { tradeNo, buyer } = await waiting(g, { escrow_goods: 'physical', product_code: 'JSAPI_PAY' });
    await g.sandbox.pay(buyer.login, { trade_no: tradeNo });
    return [g.house, settling(tradeNo, [part(buyer, '1.00')])];
  },
  'ACQ.ILLEGAL_SETTLE_STATE': async g => {
    const { shop, receiver, tradeNo } = await ready(g);
    await g.must(shop, 'alipay.trade.refund', { trade_no: tradeNo, refund_amount: '10.00' });
    return [shop, settling(tradeNo, [part(receiver, '1.00')])];
  },
  'ACQ.ALREADY_FINISH_ALLOC': async g => {
    const { shop, receiver, tradeNo } = await ready(g);
    await g.must(shop, SETTLE, settling(tradeNo, [], { extend_params: { royalty_finish: 'true' } }));
    return [shop, settling(tradeNo, [part(receiver, '1.00')])];
  },
  'ACQ.FREQUENCY_LIMITED': async g => {
    const { shop, receiver, tradeNo } = await ready(g);
    for (let count = 0; count < SPLITS_MAX; count += 1) {
      await g.must(shop, SETTLE, settling(tradeNo, [part(receiver, '0.01')]));
    }
    return [shop, settling(tradeNo, [part(receiver, '0.01')])];
  },
  'ACQ.USER_ACCOUNT_HAD_FREEZEN': async g => {
    const { shop, receiver, tradeNo } = await ready(g);
    await g.status(shop, 'frozen');
    return [shop, settling(tradeNo, [part(receiver, '1.00')])];
  },
  'ACQ.MUST_ALLOC_FROM_ROOT_ACCOUNT': asking(({ receiver, buyer }) =>
    [part(receiver, '1.00', { trans_out: buyer.userId })]),
  'ACQ.ROYALTY_ACCOUNTS_EQUAL': asking(({ shop }) => [part(shop, '1.00')]),
  'ACQ.ROYALTY_RECEIVER_INVALID': asking(({ buyer }) => [part(buyer, '1.00')]),
  'ACQ.ALLOC_AMOUNT_VALIDATE_ERROR': asking(({ receiver }) => [part(receiver, '3.01')]),
  'ACQ.TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH': async g => {
    const { shop, receiver, tradeNo } = await ready(g);
    await g.paid(g.house, { total_amount: '9.00' }, shop);
    return [shop, settling(tradeNo, [part(receiver, '3.00')])];
  },
};

const NAMING = {
  INVALID_PARAMETER: async g => [g.house, { receiver_list: [named(await g.buyer('1.00'))] }],
  RECEIVER_LIST_EMPTY: async g => [g.house, binding()],
  RECEIVER_LIST_OVERLOAD: async g => {
    const receiver = await g.buyer('1.00');
    return [g.house, binding(...Array.from({ length: AT_ONCE_MAX + 1 }, () => named(receiver)))];
  },
  INVALID_RECEIVER_TYPE: async g => [g.house, binding({ type: 'cardSerialNo', account: '1' })],
  USER_NOT_EXIST: async g => [g.house, binding({ type: 'loginName', account: 'nobody@example.com' })],
};

const BINDING = {
  USERNAME_NOT_MATCH: async g => [g.house, binding({ ...named(await g.buyer('1.00')), name: '别人' })],
  RECEIVER_ACCOUNT_STATE_INVALID: async g => {
    const receiver = await g.buyer('1.00');
    await g.status(receiver, 'frozen');
    return [g.house, binding(named(receiver))];
  },
  RELATION_QUANTITY_LIMIT: async g => {
    const shop = await g.shop();
    const receivers = [];
    for (let count = 0; count <= RECEIVERS_MAX; count += 1) {
      const login = `part${newNumber()}@example.com`.toLowerCase();
      const made = await g.sandbox.send('/party', { kind: 'merchant', login });
      receivers.push({ type: 'userId', account: made.user_id });
    }
    for (let from = 0; from < RECEIVERS_MAX; from += AT_ONCE_MAX) {
      await g.must(shop, BIND, binding(...receivers.slice(from, from + AT_ONCE_MAX)));
    }
    return [shop, binding(receivers[RECEIVERS_MAX])];
  },
};

const rowsOf = (method, table) => Object.entries(table).map(([sub, ask]) => ({ method, sub, ask }));

export const SPLIT_ROWS = [
  ...rowsOf(SETTLE, SETTLING),
  ...[BIND, UNBIND].flatMap(method => rowsOf(method, NAMING)),
  ...rowsOf(BIND, BINDING),
  ...rowsOf(UNBIND, { USERNAME_NOT_MATCH: BINDING.USERNAME_NOT_MATCH }),
  { method: SPLIT_QUERY, sub: 'INVALID_PARAMETER', says: '该交易没有此分账请求', ask: async g => {
    const { shop, tradeNo } = await ready(g);
    return [shop, { trade_no: tradeNo, out_request_no: 'other' }];
  } },
  ...rowsOf(SPLIT_QUERY, {
    INVALID_PARAMETER: async g => [g.house, {}],
    MERCHANT_TRADE_NOT_MATCH: async g => [g.house, { trade_no: NOBODYS, out_request_no: 'other' }],
  }),
  ...rowsOf(LEFT_QUERY, {
    'ACQ.INVALID_PARAMETER': async g => [g.house, {}],
    'ACQ.TRADE_NOT_EXIST': async g => [g.house, { trade_no: NOBODYS }],
  }),
  ...['rate.query', 'relation.batchquery'].flatMap(name => rowsOf(`alipay.trade.royalty.${name}`,
    { INVALID_PARAMETER: async g => [g.house, {}] })),
];
