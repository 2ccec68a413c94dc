// Refusals of bills and of queries over an account, and what they succeed with.
import { dayAfter } from './agreement-page.mjs';
import { newNumber } from './refusals.mjs';
import { today } from './refusals-agreements.mjs';

const BILL = 'alipay.data.dataservice.bill.downloadurl.query';
const QUERIES = ['accountlog', 'sell', 'buy'].map(name => `alipay.data.bill.${name}.query`);
const BALANCE = 'alipay.data.bill.balance.query';
const PAST = 'alipay.data.bill.balancehis.query';
const KNOWN = { body: '龙井', store_id: 'S1' };

const asked = (bill_type, bill_date) => async g => [g.house, { bill_type, bill_date }];
const row = (method, sub, ask) => ({ method, sub, ask });

export const BILL_ROWS = [
  row(BILL, 'invalid_arguments', asked('trade', '2026/01/01')),
  row(BILL, 'TYPE_NOT_SUPPORTED', asked('zft_acc', '2026-01-01')),
  row(BILL, 'BILL_DATE_BEFORE_REGISTRATION', asked('trade', '2001-01-01')),
  row(BILL, 'isp.bill_not_exist', async g => [g.house, { bill_type: 'trade', bill_date: await today(g) }]),
  ...QUERIES.map(method => row(method, 'INVALID_PARAMETER',
    async g => [g.house, { start_time: '2026-01-02 00:00:00', end_time: '2026-01-01 00:00:00' }])),
  row(BALANCE, 'INVALID_PARAMETER', async g => [g.house, { bill_user_id: (await g.buyer('1.00')).userId }]),
  row(PAST, 'INVALID_PARAMETER', async g => [g.house, {}]),
];

/** A span that holds today. */
async function span(g) {
  const day = await today(g);
  return { start_time: `${day} 00:00:00`, end_time: `${dayAfter(day, 1)} 00:00:00` };
}

/** A shop that sold to another one and gave a part back: {seller, buyer}. */
async function sold(g) {
  const [seller, buyer] = [await g.shop('1.00'), await g.shop('100.00')];
  await g.sandbox.send('/stores', { user_id: seller.userId, store_id: KNOWN.store_id, store_name: '湖边店' });
  const { tradeNo } = await g.paid(seller, KNOWN, buyer);
  await g.must(seller, 'alipay.trade.refund',
    { trade_no: tradeNo, refund_amount: '1.00', out_request_no: newNumber(), refund_reason: '坏了' });
  return { seller, buyer };
}

export const BILL_SUCCESSES = [
  ...['accountlog', 'sell'].map(name => ({ method: `alipay.data.bill.${name}.query`,
    ask: async g => [(await sold(g)).seller, await span(g)] })),
  { method: 'alipay.data.bill.buy.query', ask: async g => [(await sold(g)).buyer, await span(g)] },
  { method: BALANCE, ask: async g => [await g.shop('1.00'), {}] },
  { method: PAST, ask: async g => [await g.shop('1.00'), { biz_date: dayAfter(await today(g), -1) }] },
  // Last, because it moves the clock. Each link has a time and a proof of its own.
  { method: BILL, differs: ['bill_download_url'], ask: async g => {
    const { seller } = await sold(g);
    const bill_date = await today(g);
    await g.town.advance('1d');
    return [seller, { bill_type: 'trade', bill_date }];
  } },
];
