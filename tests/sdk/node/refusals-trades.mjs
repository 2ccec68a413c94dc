// Refusals of what is done with an order: queries, closing, cancelling, refunds, and the two small methods of trades.
import { newNumber } from './refusals.mjs';

const QUERY = 'alipay.trade.query';
const CLOSE = 'alipay.trade.close';
const CANCEL = 'alipay.trade.cancel';
const REFUND = 'alipay.trade.refund';
const REFUND_QUERY = 'alipay.trade.fastpay.refund.query';
const SYNC = 'alipay.trade.orderinfo.sync';
const CONSULT = 'alipay.trade.advance.consult';

const nowhere = () => ({ out_trade_no: newNumber() });
const fields = more => async g => [g.house, more];
const refund = more => ({ refund_amount: '10.00', ...more });

/** An order that waits for its buyer. */
export async function waiting(g, more = {}) {
  const buyer = await g.buyer();
  const biz = { out_trade_no: newNumber(), total_amount: '10.00', subject: '茶', buyer_id: buyer.userId, ...more };
  const made = await g.must(g.house, 'alipay.trade.create', biz);
  return { number: biz.out_trade_no, tradeNo: made.trade_no, buyer };
}

/** A paid order of which a receiver got a part: {shop, number, tradeNo, receiver}. */
async function split(g, amount = '2.00') {
  const [shop, receiver] = [await g.shop(), await g.buyer('1.00')];
  await g.must(shop, 'alipay.trade.royalty.relation.bind',
    { out_request_no: newNumber(), receiver_list: [{ type: 'userId', account: receiver.userId }] });
  const paid = await g.paid(shop);
  await g.must(shop, 'alipay.trade.order.settle', { out_request_no: newNumber(), trade_no: paid.tradeNo,
    royalty_parameters: [{ trans_in: receiver.userId, amount }] });
  return { ...paid, shop, receiver };
}

const takingBack = (paid, parts, amount = '5.00') => [paid.shop, refund({ trade_no: paid.tradeNo,
  refund_amount: amount, out_request_no: newNumber(), refund_royalty_parameters: parts })];

/** A seller that cannot give back what it got: paid, and everything refunded of another order but the fee. */
async function poorSeller(g) {
  const shop = await g.shop();
  const paid = await g.paid(shop);
  const receiver = await g.buyer('1.00');
  await g.must(shop, 'alipay.trade.royalty.relation.bind',
    { out_request_no: newNumber(), receiver_list: [{ type: 'userId', account: receiver.userId }] });
  await g.must(shop, 'alipay.trade.order.settle', { out_request_no: newNumber(), trade_no: paid.tradeNo,
    royalty_parameters: [{ trans_in: receiver.userId, amount: '3.00' }] });
  return [shop, paid];
}

/** A guaranteed trade of 10.00 that is paid and of which its buyer wants 10.00 back. */
async function disputed(g) {
  const trade = await waiting(g, { escrow_goods: 'physical', product_code: 'JSAPI_PAY' });
  await g.sandbox.pay(trade.buyer.login, { trade_no: trade.tradeNo });
  await g.sandbox.send(`/escrows/${trade.tradeNo}/open_case`,
    { login: trade.buyer.login, kind: 'refund_only', amount: '10.00' });
  return trade;
}

export const TRADE_ROWS = [
  { method: QUERY, sub: 'ACQ.INVALID_PARAMETER', ask: fields({}) },
  { method: QUERY, sub: 'ACQ.TRADE_NOT_EXIST', ask: fields(nowhere()) },
  { method: CLOSE, sub: 'ACQ.INVALID_PARAMETER', ask: fields({}) },
  { method: CLOSE, sub: 'ACQ.TRADE_NOT_EXIST', ask: fields(nowhere()) },
  { method: CLOSE, sub: 'ACQ.TRADE_STATUS_ERROR',
    ask: async g => [g.house, { trade_no: (await g.paid(g.house)).tradeNo }] },
  { method: CLOSE, sub: 'ACQ.REASON_TRADE_STATUS_INVALID', ask: async g => {
    const { number } = await waiting(g);
    await g.must(g.house, CLOSE, { out_trade_no: number });
    return [g.house, { out_trade_no: number }];
  } },
  { method: CANCEL, sub: 'ACQ.INVALID_PARAMETER', ask: fields({}) },
  { method: CANCEL, sub: 'ACQ.CANCEL_NOT_ALLOWED',
    ask: async g => [g.house, { trade_no: (await disputed(g)).tradeNo }] },
  { method: CANCEL, sub: 'ACQ.SELLER_BALANCE_NOT_ENOUGH', ask: async g => {
    const [shop, paid] = await poorSeller(g);
    return [shop, { trade_no: paid.tradeNo }];
  } },
  { method: CANCEL, sub: 'ACQ.TRADE_CANCEL_TIME_OUT', later: '25h',
    ask: async g => [g.house, { trade_no: (await g.paid(g.house)).tradeNo }] },
  { method: CANCEL, sub: 'ACQ.TRADE_HAS_FINISHED', later: '400d',
    ask: async g => [g.house, { trade_no: (await g.paid(g.house)).tradeNo }] },
  { method: REFUND, sub: 'ACQ.INVALID_PARAMETER', ask: fields(refund({ ...nowhere(), refund_amount: '0' })) },
  { method: REFUND, sub: 'ACQ.CURRENCY_NOT_SUPPORT', ask: fields(refund({ ...nowhere(), refund_currency: 'USD' })) },
  { method: REFUND, sub: 'ACQ.TRADE_NOT_EXIST', ask: fields(refund(nowhere())) },
  { method: REFUND, sub: 'ACQ.DISCORDANT_REPEAT_REQUEST', ask: async g => {
    const { tradeNo } = await g.paid(g.house);
    const asked = refund({ trade_no: tradeNo, refund_amount: '1.00', out_request_no: newNumber() });
    await g.must(g.house, REFUND, asked);
    return [g.house, { ...asked, refund_amount: '1.01' }];
  } },
  { method: REFUND, sub: 'ACQ.TRADE_STATUS_ERROR',
    ask: async g => [g.house, refund({ trade_no: (await waiting(g)).tradeNo })] },
  { method: REFUND, sub: 'ACQ.TRADE_HAS_CLOSE', ask: async g => {
    const { tradeNo } = await g.paid(g.house);
    await g.must(g.house, REFUND, refund({ trade_no: tradeNo }));
    return [g.house, refund({ trade_no: tradeNo, out_request_no: newNumber() })];
  } },
  { method: REFUND, sub: 'ACQ.TRADE_HAS_FINISHED', later: '400d',
    ask: async g => [g.house, refund({ trade_no: (await g.paid(g.house)).tradeNo })] },
  { method: REFUND, sub: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL',
    ask: async g => [g.house, refund({ trade_no: (await g.paid(g.house)).tradeNo, refund_amount: '9.99' })] },
  { method: REFUND, sub: 'ACQ.REASON_TRADE_REFUND_FEE_ERR', ask: async g => [g.house,
    refund({ trade_no: (await g.paid(g.house)).tradeNo, refund_amount: '10.01', out_request_no: newNumber() })] },
  { method: REFUND, sub: 'ACQ.USER_NOT_MATCH_ERR', ask: async g => {
    const paid = await split(g);
    return takingBack(paid, [{ trans_out: paid.receiver.userId, trans_in: paid.buyer.userId, amount: '1.00' }]);
  } },
  { method: REFUND, sub: 'ACQ.REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST', ask: async g =>
    takingBack(await split(g), [{ trans_out: 'nobody@example.com', trans_out_type: 'loginName', amount: '1.00' }]) },
  { method: REFUND, sub: 'ACQ.ALLOC_AMOUNT_VALIDATE_ERROR', ask: async g => {
    const paid = await split(g);
    return takingBack(paid, [{ trans_out: paid.receiver.userId, amount: '2.01' }]);
  } },
  { method: REFUND, sub: 'ACQ.TRADE_SETTLE_ERROR', ask: async g => {
    const paid = await split(g);
    await g.paid(g.house, { total_amount: '2.50' }, paid.receiver);
    return takingBack(paid, [{ trans_out: paid.receiver.userId, amount: '2.00' }]);
  } },
  { method: REFUND, sub: 'ACQ.FREQUENCY_LIMITED', ask: async g => {
    const paid = await split(g, '0.01');
    for (let count = 1; count < 128; count += 1) {
      await g.must(paid.shop, 'alipay.trade.order.settle', { out_request_no: newNumber(), trade_no: paid.tradeNo,
        royalty_parameters: [{ trans_in: paid.receiver.userId, amount: '0.01' }] });
    }
    g.splitToTheEnd = paid;
    return takingBack(paid, [{ trans_out: paid.receiver.userId, amount: '0.01' }]);
  } },
  { method: REFUND, sub: 'ACQ.SELLER_BALANCE_NOT_ENOUGH', ask: async g => {
    const [shop, paid] = await poorSeller(g);
    return [shop, refund({ trade_no: paid.tradeNo })];
  } },
  { method: REFUND, sub: 'ACQ.BUYER_NOT_EXIST', ask: async g => {
    const paid = await g.paid(g.house, {}, await g.buyer('10.00'));
    await g.status(paid.buyer, 'closed');
    return [g.house, refund({ trade_no: paid.tradeNo })];
  } },
  { method: REFUND_QUERY, sub: 'ACQ.INVALID_PARAMETER', ask: fields(nowhere()) },
  { method: REFUND_QUERY, sub: 'ACQ.TRADE_NOT_EXIST', ask: fields({ ...nowhere(), out_request_no: 'r' }) },
  { method: SYNC, sub: 'ACQ.INVALID_PARAMETER', ask: fields({ trade_no: '1', out_request_no: 'r', biz_type: 'X' }) },
  { method: SYNC, sub: 'ACQ.NOTIFY_STATUS_INVALID', ask: fields({ trade_no: '1', out_request_no: 'r',
    biz_type: 'CREDIT_AUTH', order_biz_info: '{"status":"X"}' }) },
  { method: SYNC, sub: 'ACQ.TRADE_NOT_EXIST',
    ask: fields({ trade_no: '1', out_request_no: 'r', biz_type: 'CREDIT_AUTH' }) },
  { method: CONSULT, sub: 'INVALID_PARAMETER', 
    ask: async g => [g.house, { alipay_user_id: ['2088'] }, { byPost: true }] },
  { method: CONSULT, sub: 'USER_NOT_EXIST', ask: fields({ alipay_user_id: '2088999999999999' }) },
  { method: CONSULT, sub: 'USER_STAUTS_ERROR', ask: async g => {
    const buyer = await g.buyer();
    await g.status(buyer, 'frozen');
    return [g.house, { alipay_user_id: buyer.userId }];
  } },
];
