// For each method a request that succeeds, and what the same request hears when it comes again: the same answer, the
// same but for some members, or a refusal. However often it comes, money moves once.
import assert from 'node:assert/strict';
import { newNumber } from './refusals.mjs';
import { agree, frozen, payment, release, request } from './refusals-frozen.mjs';
import { byCode, byRefresh, certification, certifyId, merchantCode, userCode } from './refusals-grants.mjs';
import { binding, part, ready, settling } from './refusals-splits.mjs';
import { BILL_SUCCESSES } from './refusals-bills.mjs';
import { CARD_SUCCESSES } from './refusals-people.mjs';
import { debit, signed, terms, today } from './refusals-agreements.mjs';
import { order } from './refusals-orders.mjs';
import { waiting } from './refusals-trades.mjs';
import {
  ACCOUNT, asking, BATCH, batch, BATCH_QUERY, carriedOut, OLD, OLD_QUERY, PRODUCT, QUERY as TRANS_QUERY, QUOTA, toUser,
  UNI,
} from './refusals-transfers.mjs';
import { dayAfter } from './agreement-page.mjs';

const PAY = 'alipay.trade.pay';
const QUERY = 'alipay.trade.query';
const REFUND = 'alipay.trade.refund';
const REFUND_QUERY = 'alipay.trade.fastpay.refund.query';
const SETTLE = 'alipay.trade.order.settle';
const SPLIT_QUERY = 'alipay.trade.order.settle.query';
const BIND = 'alipay.trade.royalty.relation.bind';
const DETAIL = 'alipay.fund.auth.operation.detail.query';
const CANCEL_FREEZE = 'alipay.fund.auth.operation.cancel';
const USER_TOKEN = 'alipay.system.oauth.token';
const MERCHANT_TOKEN = 'alipay.open.auth.token.app';
const FREEZE = 'alipay.fund.auth.order.freeze';
const APP_FREEZE = 'alipay.fund.auth.order.app.freeze';

const MORE = { body: '龙井', store_id: 'S1', terminal_id: 'T1', passback_params: 'x', merchant_order_no: 'M1' };

/** A refund to which a receiver gives back its part: [shop, fields]. */
async function takingBack(g) {
  const at = await ready(g);
  await g.must(at.shop, SETTLE, settling(at.tradeNo, [part(at.receiver, '2.00')]));
  return [at.shop, { trade_no: at.tradeNo, refund_amount: '5.00', out_request_no: newNumber(), refund_reason: '不要了',
    query_options: ['refund_detail_item_list'],
    refund_royalty_parameters: [{ trans_out: at.receiver.userId, amount: '1.00' }] }];
}

/** A split of which nothing arrived, since its receiver was gone. */
async function cameBack(g) {
  const at = await ready(g);
  await g.status(at.receiver, 'closed');
  const asked = settling(at.tradeNo, [part(at.receiver, '1.00')]);
  await g.must(at.shop, SETTLE, asked);
  return [at.shop, { trade_no: at.tradeNo, out_request_no: asked.out_request_no }];
}

const TRADES = [
  { method: PAY, moves: true, ask: async g => [g.house, await order(g, PAY, await g.buyer(), MORE)] },
  { method: PAY, waits: true,
    ask: async g => [g.house, await order(g, PAY, await g.buyer(), { total_amount: '1000.01' })] },
  { method: PAY, moves: true, ask: async g => [g.house, payment((await frozen(g)).authNo)] },
  { method: PAY, moves: true, ask: async g => [g.house, debit((await signed(g)).no)] },
  { method: 'alipay.trade.precreate', ask: async g => [g.house, await order(g, 'alipay.trade.precreate')] },
  { method: 'alipay.trade.create', ask: async g => [g.house, await order(g, 'alipay.trade.create', await g.buyer())] },
  ...['app', 'page', 'wap'].map(name => `alipay.trade.${name}.pay`)
    .map(method => ({ method, ask: async g => [g.house, await order(g, method, undefined, MORE)] })),
  { method: QUERY, ask: async g => [g.house, { trade_no: (await waiting(g)).tradeNo }] },
  { method: QUERY, ask: async g =>
    [g.house, { out_trade_no: (await g.paid(g.house, MORE)).number, query_options: ['fund_bill_list'] }] },
  { method: 'alipay.trade.close', again: 'ACQ.REASON_TRADE_STATUS_INVALID',
    ask: async g => [g.house, { trade_no: (await waiting(g)).tradeNo }] },
  { method: 'alipay.trade.cancel', moves: true,
    ask: async g => [g.house, { trade_no: (await g.paid(g.house)).tradeNo }] },
  { method: 'alipay.trade.cancel', ask: async g => [g.house, { trade_no: (await waiting(g)).tradeNo }] },
  { method: 'alipay.trade.cancel', ask: async g => [g.house, { out_trade_no: newNumber() }] },
  { method: REFUND, moves: true, again: { fund_change: 'N', send_back_fee: '0.00' },
    ask: async g => [g.house, { trade_no: (await g.paid(g.house, MORE)).tradeNo, refund_amount: '10.00' }] },
  { method: REFUND, moves: true, again: { fund_change: 'N', send_back_fee: '0.00' }, ask: takingBack },
  { method: REFUND_QUERY, ask: async g => {
    const [shop, asked] = await takingBack(g);
    await g.must(shop, REFUND, asked);
    return [shop, { trade_no: asked.trade_no, out_request_no: asked.out_request_no,
      query_options: ['refund_detail_item_list', 'gmt_refund_pay'] }];
  } },
  { method: REFUND_QUERY, ask: async g =>
    [g.house, { trade_no: (await g.paid(g.house)).tradeNo, out_request_no: newNumber() }] },
  { method: 'alipay.trade.orderinfo.sync', ask: async g => [g.house, {
    trade_no: (await g.paid(g.house)).tradeNo, out_request_no: newNumber(), biz_type: 'CREDIT_AUTH' }] },
  { method: 'alipay.trade.advance.consult', ask: async g => [g.house, { alipay_user_id: (await g.buyer()).userId }] },
];

const SPLITS = [
  { method: SETTLE, moves: true, ask: async g => {
    const at = await ready(g);
    return [at.shop, settling(at.tradeNo, [part(at.receiver, '2.00')])];
  } },
  { method: SPLIT_QUERY, ask: cameBack },
  { method: 'alipay.trade.order.onsettle.query', ask: async g => {
    const at = await ready(g);
    return [at.shop, { trade_no: at.tradeNo }];
  } },
  ...['bind', 'unbind'].map(name => ({ method: `alipay.trade.royalty.relation.${name}`,
    ask: async g =>
      [g.house, binding({ type: 'userId', account: (await g.buyer('1.00')).userId, name: '测试买家' })] })),
  { method: 'alipay.trade.royalty.relation.batchquery', ask: async g => {
    const [shop, receiver] = [await g.shop(), await g.buyer('1.00')];
    await g.must(shop, BIND, binding({ type: 'loginName', account: receiver.login, memo: '店长' }));
    return [shop, { out_request_no: newNumber() }];
  } },
  { method: 'alipay.trade.royalty.rate.query', ask: async g => [g.house, { out_request_no: newNumber() }] },
];

/** The house, with money to send. */
async function paying(g) {
  await g.sandbox.send('/topup', { user_id: g.house.sellerId, amount: '10.00', key: newNumber() });
  return g.house;
}

/** How a transfer that came back is asked for. */
async function sentBack(g, method, by) {
  const [house, payee, number] = [await paying(g), await g.buyer(), newNumber()];
  await g.status(payee, 'closed');
  await g.refused(house, method, asking(method, { number, id: payee.userId }), 'PAYEE_ACCOUNT_STATUS_ERROR');
  return [house, { out_biz_no: number, ...by }];
}

const TRANSFERS = [
  ...[UNI, OLD].map(method => ({ method, moves: true,
    ask: async g => [await paying(g), asking(method, { login: (await g.buyer()).login, name: '测试买家' })] })),
  { method: TRANS_QUERY, ask: async g => {
    const [house, number, id] = [await paying(g), newNumber(), (await g.buyer()).userId];
    await g.must(house, UNI, { ...asking(UNI, { number, id }), passback_params: 'x' });
    return [house, { out_biz_no: number, ...PRODUCT }];
  } },
  { method: TRANS_QUERY, ask: g => sentBack(g, UNI, PRODUCT) },
  { method: OLD_QUERY, ask: g => sentBack(g, OLD, {}) },
  { method: ACCOUNT, ask: async g => [g.house, { alipay_user_id: g.house.sellerId, account_type: 'ACCTRANS_ACCOUNT' }] },
  { method: BATCH, ask: async g => [g.house, batch([toUser((await g.buyer()).userId)])] },
  { method: BATCH_QUERY, ask: async g => carriedOut(g, [
    { ...toUser((await g.buyer()).userId), remark: '一月' }, toUser('2088000000000000')]) },
  { method: QUOTA, ask: async g => [g.house, PRODUCT] },
];

const FROZEN = [
  { method: FREEZE, moves: true, ask: async g => [g.house, await request(g, FREEZE, await g.buyer())] },
  { method: FREEZE, waits: true,
    ask: async g => [g.house, await request(g, FREEZE, await g.buyer(), { amount: '1000.01' })] },
  { method: 'alipay.fund.auth.order.voucher.create',
    ask: async g => [g.house, await request(g, 'alipay.fund.auth.order.voucher.create')] },
  { method: APP_FREEZE, ask: async g => [g.house, await request(g, APP_FREEZE)] },
  { method: APP_FREEZE, ask: async g => {
    const [fields, payer] = [await request(g, APP_FREEZE), await g.buyer('9.98')];
    // Taken up and not confirmed: the payer is known, nothing is frozen.
    await assert.rejects(agree(g, APP_FREEZE, payer, {}, fields), /409 .*balance_too_low/);
    return [g.house, fields];
  } },
  { method: 'alipay.fund.auth.order.unfreeze', moves: true, ask: async g => [g.house, release((await frozen(g)).authNo)] },
  { method: DETAIL, ask: async g => {
    const { authNo } = await frozen(g);
    const asked = release(authNo);
    await g.must(g.house, 'alipay.fund.auth.order.unfreeze', asked);
    return [g.house, { auth_no: authNo, out_request_no: asked.out_request_no, operation_type: 'UNFREEZE' }];
  } },
  { method: CANCEL_FREEZE, moves: true, ask: async g => {
    const { authNo, operation } = await frozen(g);
    return [g.house, { auth_no: authNo, operation_id: operation, remark: '错' }];
  } },
];

const AGREEMENTS = [
  { method: 'alipay.user.agreement.page.sign', ask: async g => [g.house, await terms(g)] },
  { method: 'alipay.user.agreement.query', ask: async g => {
    const { no } = await signed(g);
    await g.must(g.house, PAY, debit(no));
    return [g.house, { agreement_no: no }];
  } },
  { method: 'alipay.user.agreement.unsign', again: 'AGREEMENT_NOT_EXIST',
    ask: async g => [g.house, { agreement_no: (await signed(g)).no }] },
  { method: 'alipay.user.agreement.executionplan.modify',
    ask: async g => [g.house, { agreement_no: (await signed(g)).no, deduct_time: dayAfter(await today(g), 7) }] },
];

const GRANTS = [
  { method: USER_TOKEN, again: 'isv.code-invalid', ask: async g => [g.house, byCode(await userCode(g))] },
  { method: USER_TOKEN, again: 'isv.refreshed-token-invalid', ask: async g => {
    const got = await g.must(g.house, USER_TOKEN, byCode(await userCode(g)));
    return [g.house, byRefresh(got.refresh_token)];
  } },
  { method: MERCHANT_TOKEN, again: 'AUTH_CODE_NOT_VALID', ask: async g => [g.house, byCode(await merchantCode(g))] },
  { method: 'alipay.open.auth.token.app.query', ask: async g => {
    const got = await g.must(g.house, MERCHANT_TOKEN, byCode(await merchantCode(g)));
    return [g.house, { app_auth_token: got.app_auth_token }];
  } },
  { method: 'alipay.user.info.share', ask: async g => {
    const got = await g.must(g.house, USER_TOKEN, byCode(await userCode(g)));
    return [g.house, { auth_token: got.access_token }];
  } },
  { method: 'alipay.open.auth.userauth.relationship.query',
    ask: async g => [g.house, { scopes: 'auth_user', user_id: (await g.buyer()).userId }] },
  { method: 'alipay.user.deloauth.detail.query', ask: async g => {
    const buyer = await g.buyer();
    const ask = { as: 'user', login: buyer.login, app_id: g.house.appId };
    await g.sandbox.send('/authorize', ask);
    await g.sandbox.send('/authorize/withdraw', { ...ask });
    return [g.house, { date: (await today(g)).replaceAll('-', ''), offset: 1, limit: 100 }];
  } },
  { method: 'alipay.open.auth.appauth.invite.create', ask: async g =>
    [g.house, { auth_app_id: (await g.shop()).appId, redirect_url: 'http://127.0.0.1:3000/back', state: 'c3RhdGU=' }] },
  { method: 'alipay.user.certify.open.initialize', ask: async g => [g.house, certification()] },
  { method: 'alipay.user.certify.open.certify', ask: async g => [g.house, { certify_id: await certifyId(g) }] },
  ...[true, false].map(passed => ({ method: 'alipay.user.certify.open.query', ask: async g => {
    const certify_id = await certifyId(g);
    await g.sandbox.send('/certify', { certify_id, passed });
    return [g.house, { certify_id }];
  } })),
];

const SMALL = [
  { method: 'alipay.open.file.upload',
    ask: async g => [g.house, { biz_code: 'shop' }, { file: { name: 'a.png', bytes: Buffer.from('a picture') } }] },
  { method: 'alipay.open.app.alipaycert.download',
    ask: async g => [g.house, { alipay_cert_sn: g.town.certHouse.sdk.config.alipayCertSn }] },
  { method: 'alipay.open.app.qrcode.create',
    ask: async g => [g.house, { url_param: 'pages/index', query_param: 'x=1', describe: '茶' }] },
  { method: 'alipay.offline.market.shop.category.query', ask: async g => [g.house, {}] },
  { method: 'alipay.security.risk.content.analyze', ask: async g => [g.house, { account: '1' }] },
];

export const SUCCESSES = [
  ...TRADES, ...SPLITS, ...TRANSFERS, ...FROZEN, ...AGREEMENTS, ...GRANTS, ...SMALL, ...BILL_SUCCESSES,
  ...CARD_SUCCESSES];
