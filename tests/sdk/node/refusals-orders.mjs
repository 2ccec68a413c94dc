// Refusals of the methods that open orders.
import { newNumber } from './refusals.mjs';

const GOODS = { goods_id: '1', goods_name: '茶', quantity: 1, price: '0.01' };

/** What each method needs beside the fields of every order. */
const OPENERS = {
  'alipay.trade.pay': async (g, buyer) => ({ scene: 'bar_code', auth_code: await g.payCode(buyer) }),
  'alipay.trade.precreate': async () => ({}),
  'alipay.trade.create': async (g, buyer) => ({ buyer_id: buyer.userId }),
  'alipay.trade.app.pay': async () => ({}),
  'alipay.trade.page.pay': async () => ({ product_code: 'FAST_INSTANT_TRADE_PAY' }),
  'alipay.trade.wap.pay': async () => ({ product_code: 'QUICK_WAP_WAY' }),
};

/** The fields of a good order for this method. */
export async function order(g, method, buyer, more = {}) {
  return { out_trade_no: newNumber(), total_amount: '10.00', subject: '茶',
    ...await OPENERS[method](g, buyer), ...more };
}

/** Opens an order and has it paid. */
async function openAndPay(g, method, buyer, fields) {
  const made = await g.must(g.house, method, fields);
  const ask = { bizContent: fields };
  const which = {
    'alipay.trade.pay': () => undefined,
    'alipay.trade.precreate': () => ({ qr_code: made.qr_code }),
    'alipay.trade.create': () => ({ trade_no: made.trade_no }),
    'alipay.trade.app.pay': () => ({ order_string: g.house.sdk.sdkExecute(method, ask) }),
  }[method]();
  if (which) {
    await g.sandbox.pay(buyer.login, which);
  }
}

/** The same order asked for again: at a till with a fresh code, which is a new attempt. */
const again = async (g, method, buyer, fields) => ({ ...fields, ...await OPENERS[method](g, buyer) });

const wrong = more => async (g, method) => [g.house, await order(g, method, await g.buyer(), more)];

/** Under which contract each method opens orders. */
const PRODUCTS = {
  'alipay.trade.pay': 'face_to_face',
  'alipay.trade.precreate': 'face_to_face',
  'alipay.trade.create': 'mini_program',
  'alipay.trade.app.pay': 'app',
  'alipay.trade.page.pay': 'page',
  'alipay.trade.wap.pay': 'wap',
};

const OF_ALL = {
  'ACQ.INVALID_PARAMETER': wrong({ total_amount: '1.001' }),
  'ACQ.CURRENCY_NOT_SUPPORT': wrong({ trans_currency: 'USD' }),
  'ACQ.SUB_GOODS_SIZE_MAX_COUNT': wrong({ goods_detail: Array.from({ length: 151 }, () => GOODS) }),
  'ACQ.TOTAL_FEE_EXCEED': wrong({ total_amount: '100000000.01' }),
  'ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR': wrong({ time_expire: '2020-01-01 00:00:00' }),
  'ACQ.SELLER_BEEN_BLOCKED': async (g, method) => {
    const shop = await g.shop();
    await g.status(shop, 'frozen');
    return [shop, await order(g, method, await g.buyer())];
  },
  'ACQ.ACCESS_FORBIDDEN': async (g, method) => {
    const shop = await g.shop();
    await g.endContract(shop, PRODUCTS[method]);
    return [shop, await order(g, method, await g.buyer())];
  },
  'ACQ.CONTEXT_INCONSISTENT': async (g, method) => {
    const buyer = await g.buyer();
    const fields = await order(g, method, buyer);
    await g.must(g.house, method, fields);
    return [g.house, { ...await again(g, method, buyer, fields), total_amount: '9.99' }];
  },
  'ACQ.TRADE_HAS_CLOSE': async (g, method) => {
    const buyer = await g.buyer();
    const fields = await order(g, method, buyer, method === 'alipay.trade.pay' ? { total_amount: '1000.01' } : {});
    await g.must(g.house, method, fields);
    await g.must(g.house, 'alipay.trade.cancel', { out_trade_no: fields.out_trade_no });
    return [g.house, await again(g, method, buyer, fields)];
  },
};

/** Refusals of a buyer who is named. */
const NAMED = {
  'ACQ.BUYER_NOT_EXIST': async (g, method) =>
    [g.house, await order(g, method, await g.buyer(), { buyer_id: undefined, buyer_logon_id: 'nobody@example.com' })],
  'ACQ.BUYER_SELLER_EQUAL': async (g, method) =>
    [g.house, await order(g, method, await g.buyer(), { buyer_id: g.house.sellerId })],
};

/** Not of links: followed after the payment, they lead to the cashier, which says that it is paid. */
const PAID = {
  'ACQ.TRADE_HAS_SUCCESS': async (g, method) => {
    const buyer = await g.buyer();
    const fields = await order(g, method, buyer);
    await openAndPay(g, method, buyer, fields);
    return [g.house, await again(g, method, buyer, fields)];
  },
};

const rowsOf = (method, table) => Object.entries(table)
  .map(([sub, ask]) => ({ method, sub, ask: g => ask(g, method) }));

export const ORDER_ROWS = [
  ...Object.keys(OPENERS).flatMap(method => rowsOf(method, OF_ALL)),
  ...['pay', 'precreate', 'create', 'app.pay'].flatMap(name => rowsOf(`alipay.trade.${name}`, PAID)),
  ...['alipay.trade.precreate', 'alipay.trade.create'].flatMap(method => rowsOf(method, NAMED)),
  { method: 'alipay.trade.create', sub: 'ACQ.BUYER_ENABLE_STATUS_FORBID', ask: async g => {
    const buyer = await g.buyer();
    await g.status(buyer, 'frozen');
    return [g.house, await order(g, 'alipay.trade.create', buyer)];
  } },
  ...rowsOf('alipay.trade.pay', {
    'ACQ.PAYMENT_AUTH_CODE_INVALID': wrong({ auth_code: '281234567890123456' }),
    'ACQ.BUYER_ENABLE_STATUS_FORBID': async (g, method) => {
      const buyer = await g.buyer();
      const fields = await order(g, method, buyer);
      await g.status(buyer, 'frozen');
      return [g.house, fields];
    },
    'ACQ.BUYER_BALANCE_NOT_ENOUGH': async (g, method) => [g.house, await order(g, method, await g.buyer('9.99'))],
    'ACQ.TRADE_BUYER_NOT_MATCH': async (g, method) => {
      const fields = await order(g, method, await g.buyer(), { total_amount: '5000.00' });
      await g.must(g.house, method, fields);
      return [g.house, await again(g, method, await g.buyer(), fields)];
    },
    'ACQ.BUYER_SELLER_EQUAL': async (g, method) => {
      const shop = await g.shop('100.00');
      return [shop, await order(g, method, shop)];
    },
  }),
];
