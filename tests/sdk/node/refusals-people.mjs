// Refusals of buyers who are persons with classes, and what orders tell that a bank card pays.
import { newNumber, PAY_PASSWORD } from './refusals.mjs';
import { request } from './refusals-frozen.mjs';
import { order } from './refusals-orders.mjs';
import { stopped as ruled } from './refusals-transfers.mjs';

const PAY = 'alipay.trade.pay';
const FREEZE = 'alipay.fund.auth.order.freeze';
/** Its bank says for ten minutes that it does not know yet. */
const SLOW_CARD = '6222020000010006';
const GOOD_CARD = '6222021234567894';
/** Above it a buyer must confirm, so that there is time to choose a card. */
const ABOVE_LIMIT = '1000.01';

/** Somebody who registered and has not proved an identity: nothing may be paid from the balance. */
async function newcomer(g) {
  const api = new g.sandbox.constructor(g.sandbox.base.replace(/sandbox$/, 'api/v1'));
  const to = `${newNumber()}@example.com`.toLowerCase();
  await api.send('/challenges', { to, purpose: 'register' });
  const { messages } = await g.sandbox.send(`/messages?to=${to}`);
  const code = JSON.stringify(messages[0]).match(/\b\d{6}\b/)[0];
  await api.send('/people', { to, code, login_password: 'plum-blossom-7', pay_password: '836205', device: 'test' });
  return { login: to };
}

/** A buyer with money whose balance the operator stopped. */
async function stopped(g) {
  const buyer = await g.buyer();
  await g.sandbox.send('/party/stop-payment', { login: buyer.login, stopped: true });
  return buyer;
}

/** A buyer with money whom a risk rule lets pay nothing. */
async function suspected(g) {
  const buyer = await g.buyer();
  await ruled(g, `payer == ${buyer.userId}`);
  return buyer;
}

/** A buyer with this card. */
async function cardholder(g, number) {
  const buyer = await g.buyer();
  const asked = await g.sandbox.send('/bank/cards',
    { login: buyer.login, card_number: number, holder: '测试买家', mobile: '13812345678' });
  const code = asked.bank_message.match(/\d{6}/)[0];
  await g.sandbox.send('/bank/cards/confirm', { login: buyer.login, card_id: asked.card_id, code });
  return { ...buyer, card: asked.card_id };
}

const payByCard = (g, buyer, which) => g.sandbox.send('/pay',
  { login: buyer.login, pay_password: PAY_PASSWORD, card_id: buyer.card, ...which });

/** An order that its buyer paid by card: {fields, tradeNo}. */
async function byCard(g) {
  const buyer = await cardholder(g, GOOD_CARD);
  const fields = await order(g, PAY, buyer, { total_amount: ABOVE_LIMIT });
  const { trade_no: tradeNo } = await g.must(g.house, PAY, fields);
  await payByCard(g, buyer, { trade_no: tradeNo });
  await g.town.advance('1s');
  return { fields, tradeNo };
}

export const PEOPLE_ROWS = [
  { method: PAY, sub: 'ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR',
    ask: async g => [g.house, await order(g, PAY, await newcomer(g))] },
  { method: PAY, sub: 'ACQ.ERROR_BALANCE_PAYMENT_DISABLE',
    ask: async g => [g.house, await order(g, PAY, await stopped(g))] },
  { method: PAY, sub: 'ACQ.PAYMENT_REQUEST_HAS_RISK',
    ask: async g => [g.house, await order(g, PAY, await suspected(g))] },
  { method: FREEZE, sub: 'ERROR_BALANCE_PAYMENT_DISABLE',
    ask: async g => [g.house, await request(g, FREEZE, await newcomer(g))] },
];

/** A refund of an order that a card paid: [shop, fields]. */
async function refundToCard(g) {
  const { tradeNo } = await byCard(g);
  return [g.house, { trade_no: tradeNo, refund_amount: '5.00', out_request_no: newNumber(),
    query_options: ['refund_detail_item_list'] }];
}

/** A code that is shown while the bank is asked pays nothing: the order waits for the bank. */
async function shownMeanwhile(g) {
  const buyer = await cardholder(g, SLOW_CARD);
  const fields = await order(g, PAY, buyer, { total_amount: ABOVE_LIMIT });
  const { trade_no } = await g.must(g.house, PAY, fields);
  await payByCard(g, buyer, { trade_no });
  return [g.house, { ...fields, auth_code: await g.payCode(buyer) }];
}

export const CARD_SUCCESSES = [
  { method: PAY, waits: true, ask: shownMeanwhile },
  { method: PAY, ask: async g => [g.house, (await byCard(g)).fields] },
  { method: 'alipay.trade.query', ask: async g =>
    [g.house, { trade_no: (await byCard(g)).tradeNo, query_options: ['fund_bill_list'] }] },
  { method: 'alipay.trade.refund', moves: true, again: { fund_change: 'N', send_back_fee: '0.00' },
    ask: refundToCard },
  { method: 'alipay.trade.fastpay.refund.query', ask: async g => {
    const [shop, asked] = await refundToCard(g);
    await g.must(shop, 'alipay.trade.refund', asked);
    return [shop, { trade_no: asked.trade_no, out_request_no: asked.out_request_no,
      query_options: ['refund_detail_item_list'] }];
  } },
];
